import { describe, expect, test } from 'vitest';
import type { Pod } from '../../../src/kubernetes/index.ts';
import { run } from '../../worlds.ts';
import { edgeSite, running, type EdgeApp } from './edge-site.ts';

const S = 1e9;

/** The one pod of an application, which starts after 1 s. */
function podOf(podspec: object, behaviour: object = {}, more: Partial<Parameters<typeof edgeSite>[0]> = {}): Pod {
  const app: EdgeApp = { name: 'shop', podspec, behaviour };
  return run(edgeSite({ apps: [app], ...more })).pods[0]!;
}

const server = (more: object = {}): object => running('shop:1', more);

describe('a pod comes up', () => {
  test('when its init containers have run, one after the other', () => {
    const initContainers = [{ name: 'fetch' }, { name: 'nothing' }, { name: 'migrate' }];
    const pod = podOf({ initContainers, ...server() }, { initContainers: { fetch: '5s', migrate: '3s' } });
    expect(pod).toMatchObject({ startedNs: 9 * S, readyNs: 9 * S });
  });

  test('beside its sidecars, whose startup probes the next container waits for', () => {
    const proxy = { name: 'proxy', restartPolicy: 'Always', startupProbe: { initialDelaySeconds: 4 } };
    const initContainers = [{ name: 'fetch' }, proxy, { name: 'migrate' }];
    const pod = podOf({ initContainers, ...server() }, { initContainers: { fetch: '5s', migrate: '3s' } });
    expect(pod).toMatchObject({ startedNs: 13 * S, readyNs: 13 * S });
  });
});

// Source: Kubernetes, Configure Liveness, Readiness and Startup Probes; all instants by hand, the container starts at 1 s
describe('probes', () => {
  test.each([
    ['at its first success', { initialDelaySeconds: 5, periodSeconds: 10 }, '12s', 1 + 15],
    ['at once where it answers at once', {}, '0s', 1],
    [
      'after as many successes in a row as it takes',
      { initialDelaySeconds: 2, periodSeconds: 3, successThreshold: 3 },
      '4s',
      1 + 11,
    ],
  ])('readiness: the pod is ready %s', (_, readinessProbe, warmUp, atS) => {
    expect(podOf(server({ readinessProbe }), { warmUp }).readyNs).toBe(atS * S);
  });

  test('without a readiness probe a pod counts as ready before it answers', () => {
    expect(podOf(server(), { warmUp: '12s' }).readyNs).toBe(1 * S);
  });

  test('startup: the container is killed at the last of its failures, and the others wait for its success', () => {
    // the documentation's example: 30 failures, one each 10 s
    const startupProbe = { failureThreshold: 30, periodSeconds: 10 };
    const restartsBy = (duration: string) => podOf(server({ startupProbe }), { warmUp: '400s' }, { duration }).restarts;
    expect(restartsBy('290900ms')).toBe(0);
    expect(restartsBy('291100ms')).toBe(1);
    const pod = podOf(server({ startupProbe, readinessProbe: { initialDelaySeconds: 40 } }), { warmUp: '25s' });
    // up at 31 s; the readiness probe comes 40 s after the start of the container
    expect(pod).toMatchObject({ readyNs: 41 * S, restarts: 0 });
  });

  test('liveness: a container that stands still is killed at the third failure, and readiness is lost before', () => {
    const probes = {
      livenessProbe: { initialDelaySeconds: 5, periodSeconds: 5 },
      readinessProbe: { periodSeconds: 4, failureThreshold: 1 },
    };
    const faults = [{ at: '32s', for: '60s', slow: 'edge-1', speed: 0 }];
    const at = (duration: string) => podOf(server(probes), {}, { faults, duration });
    // liveness at 6, 11, … 31, then 36, 41, 46; readiness at 1, 5, … 29, then 33
    expect(at('32900ms')).toMatchObject({ phase: 'ready', restarts: 0 });
    expect(at('33100ms')).toMatchObject({ phase: 'starting', restarts: 0 });
    expect(at('45900ms')).toMatchObject({ phase: 'starting', restarts: 0 });
    expect(at('46100ms')).toMatchObject({ phase: 'starting', restarts: 1 });
    expect(at('10m')).toMatchObject({ phase: 'ready' });
  });
});

describe('a container that exits', () => {
  // Source: Kubernetes, Concepts, Pod Lifecycle: 10 s, 20 s, 40 s, … up to 5 minutes; the first restart at once.
  // It runs for 5 s each time: exits at 6, 11, 26, 51, 96, 181, 346 s
  test('is started anew at 6, 21, 46, 91, 176, 341 and 646 seconds', () => {
    const exits = { exits: { after: '5s' } };
    for (const [index, restartS] of [6, 21, 46, 91, 176, 341, 646].entries()) {
      expect(podOf(server(), exits, { duration: `${restartS - 1}s` }).restarts).toBe(index);
      expect(podOf(server(), exits, { duration: `${restartS + 1}s` }).restarts).toBe(index + 1);
    }
    expect(podOf(server(), exits, { duration: '60s' })).toMatchObject({
      waiting: 'CrashLoopBackOff',
      phase: 'starting',
    });
  });

  test.each([
    ['Never', 1, 'failed'],
    ['Never', 0, 'completed'],
    ['OnFailure', 0, 'completed'],
  ])('with restartPolicy %s and status %i ends the pod: %s', (restartPolicy, code, reason) => {
    const pod = podOf({ ...server(), restartPolicy }, { exits: { after: '5s', code } });
    expect(pod).toMatchObject({ phase: 'gone', reason, goneNs: 6 * S, restarts: 0 });
  });

  test('with restartPolicy OnFailure and another status is started anew', () => {
    const pod = podOf(
      { ...server(), restartPolicy: 'OnFailure' },
      { exits: { after: '5s', code: 3 } },
      { duration: '20s' },
    );
    expect(pod).toMatchObject({ phase: 'starting', restarts: 1 });
  });
});

test('a node that comes back starts the containers of its pods anew, and counts that', () => {
  expect(podOf(server(), {}, { faults: [{ at: '30s', for: '10s', crash: 'edge-1' }] })).toMatchObject({
    phase: 'ready',
    restarts: 1,
  });
});

describe('memory', () => {
  const limited = (limit: string) => server({ resources: { requests: { memory: '64Mi' }, limits: { memory: limit } } });

  test('a pod above its limit is killed, and its restarts back off', () => {
    const memory = { base: '100Mi' };
    expect(podOf(limited('100Mi'), { memory })).toMatchObject({ phase: 'ready', restarts: 0 });
    expect(podOf(limited('99Mi'), { memory }, { duration: '20s' })).toMatchObject({
      restarts: 2,
      waiting: 'CrashLoopBackOff',
    });
    expect(podOf({ ...limited('99Mi'), restartPolicy: 'Never' }, { memory })).toMatchObject({
      reason: 'out-of-memory',
      goneNs: 1 * S,
    });
  });

  test('a node that runs short evicts the pod that is most above its requests; its controller makes a new one', () => {
    const app = (name: string, requests: string, base: string): EdgeApp => ({
      name,
      podspec: server({ resources: { requests: { memory: requests } } }),
      behaviour: { memory: { base } },
    });
    const { pods } = run(
      edgeSite({
        nodeClass: { memory: '1Gi' },
        duration: '15s',
        apps: [app('frugal', '500Mi', '500Mi'), app('greedy', '200Mi', '600Mi')],
      }),
    );
    expect(pods.map(({ name, reason, goneNs }) => [name, reason, goneNs])).toEqual([
      ['frugal-server-0', undefined, undefined],
      ['greedy-server-0', 'evicted', 10 * S],
      ['greedy-server-1', undefined, undefined],
    ]);
  });

  test('a node under memory pressure takes no pod of the class BestEffort for 5 minutes, and others', () => {
    const best = (name: string, at: string, resources: object): EdgeApp => ({
      name,
      at,
      podspec: server({ resources }),
    });
    const hog = {
      name: 'hog',
      podspec: { ...server(), restartPolicy: 'Never' },
      behaviour: { memory: { base: '1050Mi' } },
    };
    const { pods } = run(
      edgeSite({
        nodeClass: { memory: '1Gi' },
        apps: [hog, best('burstable', '20s', { requests: { memory: '10Mi' } }), best('effort', '20s', {})],
      }),
    );
    const [first, ...others] = pods;
    expect(first).toMatchObject({ name: 'hog-server-0', reason: 'evicted', goneNs: 10 * S });
    // the new hog is of that class too: it comes back when the pressure is over, and brings it again
    expect(others.map(({ name, scheduledNs }) => [name, scheduledNs])).toEqual(
      expect.arrayContaining([
        ['burstable-server-0', 20 * S],
        ['effort-server-0', 310 * S],
        ['hog-server-1', 310 * S],
      ]),
    );
  });
});
