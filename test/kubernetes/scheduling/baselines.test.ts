import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../../src/kernel/index.ts';
import {
  compilePod,
  type Decision,
  kubeScheduler,
  type NodeInfo,
  type Scheduler,
  type SchedulerCache,
  schedulers,
  type SchedulingPod,
  schedulingPod,
} from '../../../src/kubernetes/scheduling/index.ts';
import type { SchedulerName } from '../../../src/model/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { cluster, decide, type NodeSketch, pod, podObject, put } from './cluster.ts';

const names = (nodes: readonly NodeInfo[]): string[] => nodes.map(({ name }) => name);
const all = Object.keys(schedulers) as Exclude<SchedulerName, 'swm'>[];
const taint = { key: 'k', effect: 'NoSchedule' as const };

/** Places pods one after the other. @returns the nodes chosen */
function placeAll(scheduler: Scheduler, cache: SchedulerCache, pods: readonly SchedulingPod[], seed = 1): string[] {
  const draws = new RandomStream(seed, 'ties');
  return pods.map((each) => {
    const { node } = decide(scheduler, cache, each, { draws, communicationLatencyNs });
    if (node !== undefined) cache.assumePod(each, node);
    return node?.name ?? '-';
  });
}

/** Some latency by the node's number, with ties and one that cannot be reached. */
const communicationLatencyNs = ({ id }: NodeInfo): number => (id % 7 === 6 ? Infinity : (id % 3) * 1e6);

const own = (decision: Decision, plugin: string): Record<string, number[]> => {
  const { feasible, own: scores } = decision.verdicts!;
  const found = scores.find((each) => each.plugin === plugin)!;
  return Object.fromEntries(feasible.map(({ name }, i) => [name, [found.raw[i]!, found.normalised[i]!]]));
};

describe('laws of every scheduler', () => {
  const node = fc.record({
    cpu: fc.integer({ min: 1, max: 4 }),
    pods: fc.integer({ min: 0, max: 3 }),
    tainted: fc.boolean(),
    zone: fc.constantFrom('a', 'b', ''),
  });
  const situation = fc.record({
    nodes: fc.array(node, { minLength: 1, maxLength: 9 }),
    pods: fc.array(fc.record({ cpu: fc.integer({ min: 0, max: 3 }), app: fc.constantFrom('x', 'y') }), {
      minLength: 1,
      maxLength: 8,
    }),
    seed: fc.integer({ min: 0, max: 1000 }),
  });
  type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;

  const clusterOf = ({ nodes }: Situation): SchedulerCache =>
    cluster(
      Object.fromEntries(
        nodes.map(({ cpu, pods, tainted, zone }, i): [string, NodeSketch] => [
          `n${i}`,
          {
            allocatable: { cpu, pods },
            taints: tainted ? [taint] : [],
            labels: zone === '' ? {} : { 'topology.kubernetes.io/zone': zone },
          },
        ]),
      ),
    );
  const podsOf = ({ pods }: Situation): SchedulingPod[] => {
    const kind = (cpu: number, app: string) => compilePod(podObject(app, { requests: { cpu }, labels: { app } }));
    return pods.map(({ cpu, app }, i) => schedulingPod(kind(cpu, app), `p${i}`));
  };

  test.each(all)('%s places on feasible nodes alone, and tells a verdict of each examined one', (name) => {
    fc.assert(
      fc.property(situation, (given) => {
        const cache = clusterOf(given);
        const scheduler = schedulers[name]();
        const draws = new RandomStream(given.seed, 'ties');
        for (const each of podsOf(given)) {
          const feasible = names(decide(kubeScheduler(), cache, each).verdicts!.feasible);
          const before = JSON.stringify(cache.columns);
          const decision = decide(scheduler, cache, each, { draws, communicationLatencyNs });
          expect(JSON.stringify(cache.columns)).toBe(before); // the caller places the pod
          const verdicts = decision.verdicts!;
          const examined = [...names(verdicts.refused.map((refusal) => refusal.node)), ...names(verdicts.feasible)];
          expect(new Set(examined).size).toBe(decision.considered);
          expect(examined).toHaveLength(decision.considered);
          expect(verdicts.feasible).toHaveLength(decision.feasible);
          for (const { raw, normalised } of verdicts.own) {
            expect([raw.length, normalised.length]).toEqual([decision.feasible, decision.feasible]);
          }
          if (decision.node === undefined) {
            expect(feasible).toEqual([]);
            expect([decision.tieSet, decision.message.startsWith('0/')]).toEqual([[], true]);
            continue;
          }
          expect(feasible).toContain(decision.node.name);
          expect(decision.tieSet).toContain(decision.node);
          expect(feasible).toEqual(expect.arrayContaining(names(decision.tieSet)));
          cache.assumePod(each, decision.node);
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each(all)('%s decides alike from the same stream, with verdicts or without', (name) => {
    fc.assert(
      fc.property(situation, (given) => {
        const decisions = (verdicts: boolean) => {
          const cache = clusterOf(given);
          const scheduler = schedulers[name]();
          const draws = new RandomStream(given.seed, 'ties');
          return podsOf(given).map((each) => {
            const decision = scheduler.schedule(each, cache, { draws, verdicts, communicationLatencyNs });
            if (decision.node !== undefined) cache.assumePod(each, decision.node);
            return [decision.node?.name, names(decision.tieSet), decision.value, decision.message, draws.integer(1000)];
          });
        };
        expect(decisions(true)).toEqual(decisions(false));
        expect(decisions(true)).toEqual(decisions(true));
      }),
      { numRuns: 40 },
    );
  });

  test.each(all)('%s draws nothing where one node is left to take', (name) => {
    const draws = new RandomStream(3, 'ties');
    const cache = cluster({ a: {}, b: { taints: [taint] } });
    const decision = decide(schedulers[name](), cache, pod('p'), { draws, communicationLatencyNs });
    expect(names(decision.tieSet)).toEqual(['a']);
    expect(draws.uniform()).toBe(new RandomStream(3, 'ties').uniform());
  });

  test.each(all)('%s runs a whole scenario', (name) => {
    const { placement } = simulate('scenarios/first-steps.yaml', {
      set: [`orchestration.scheduler=${name}`, 'duration=20s', 'warmup=0s'],
    });
    expect(placement.length).toBeGreaterThan(0);
    expect(placement.every(({ node }) => node !== undefined)).toBe(true);
  });
});

describe('random', () => {
  test('draws each feasible node alike, and compares nothing', () => {
    const cache = cluster({ a: {}, full: { allocatable: { pods: 0 } }, b: {}, c: {} });
    put(cache, 'a', 'there', { requests: { cpu: 3 } });
    const draws = new RandomStream(7, 'ties');
    const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
    for (let i = 0; i < 600; i++) {
      const decision = decide(schedulers.random(), cache, pod('p'), { draws });
      expect([names(decision.tieSet), decision.value]).toEqual([['a', 'b', 'c'], undefined]);
      counts[decision.node!.name]!++;
    }
    // 600 draws with p = 1/3: six standard deviations are 69.
    for (const count of Object.values(counts)) expect(Math.abs(count - 200)).toBeLessThan(69);
  });
});

describe('round-robin', () => {
  test('goes round, passes over nodes that do not fit, and gives them their turn again', () => {
    const cache = cluster({ a: {}, b: { taints: [taint] }, c: {} });
    const scheduler = schedulers['round-robin']();
    expect(placeAll(scheduler, cache, [pod('1'), pod('2'), pod('3')])).toEqual(['a', 'c', 'a']);
    cache.setTaints(cache.node('b')!, []);
    const decision = decide(scheduler, cache, pod('4'));
    expect([decision.node?.name, decision.value, names(decision.tieSet)]).toEqual(['b', 0, ['b']]);
    expect(own(decision, 'round-robin')).toEqual({ a: [2, 0], b: [0, 100], c: [1, 50] });
  });

  test('a pod bound to one node by its affinity takes it, and the turn goes on behind it', () => {
    const cache = cluster({ a: {}, b: {}, c: {}, d: {} });
    const scheduler = schedulers['round-robin']();
    const matchFields = [{ key: 'metadata.name', operator: 'In' as const, values: ['c'] }];
    const affinity = {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } },
    };
    const pods = [pod('1'), pod('2', { affinity }), pod('3'), pod('4')];
    expect(placeAll(scheduler, cache, pods)).toEqual(['a', 'c', 'd', 'a']);
  });

  test('nodes that leave do not end the round', () => {
    const cache = cluster({ a: {}, b: {}, c: {} });
    const scheduler = schedulers['round-robin']();
    expect(placeAll(scheduler, cache, [pod('1'), pod('2'), pod('3')])).toEqual(['a', 'b', 'c']);
    cache.removeNode(cache.node('c')!);
    cache.removeNode(cache.node('b')!);
    expect(placeAll(scheduler, cache, [pod('4'), pod('5')])).toEqual(['a', 'a']);
  });

  test('an attempt that finds no node takes nobody’s turn', () => {
    const cache = cluster({ a: {}, b: {} });
    const scheduler = schedulers['round-robin']();
    const pods = [pod('1'), pod('large', { requests: { cpu: 99 } }), pod('2')];
    expect(placeAll(scheduler, cache, pods)).toEqual(['a', '-', 'b']);
  });
});

describe('fits of bin packing (items 3, 2, 2 and 1 of 4, worked by hand)', () => {
  const bins = () => cluster({ a: {}, b: {}, c: {} });
  const items = () => [3, 2, 2, 1].map((size, i) => pod(`p${i}`, { requests: { cpu: size, memory: size * 1000 } }));

  test('first-fit fills the first bin that has room', () => {
    expect(placeAll(schedulers['first-fit'](), bins(), items())).toEqual(['a', 'b', 'b', 'a']);
    const cache = bins();
    put(cache, 'a', 'there', { requests: { cpu: 4 } });
    const decision = decide(schedulers['first-fit'](), cache, pod('p', { requests: { cpu: 1 } }));
    expect([decision.node?.name, decision.value, names(decision.tieSet)]).toEqual(['b', 0, ['b']]);
    expect(own(decision, 'first-fit')).toEqual({ b: [0, 100], c: [1, 0] });
  });

  test('best-fit takes the bin with the least room left: a share, after the pod', () => {
    const cache = bins();
    put(cache, 'a', 'half', { requests: { cpu: 2, memory: 2000 } });
    put(cache, 'b', 'most', { requests: { cpu: 3, memory: 3000 } });
    const decision = decide(schedulers['best-fit'](), cache, pod('p', { requests: { cpu: 1, memory: 1000 } }));
    expect([decision.node?.name, decision.value]).toEqual(['b', 0]);
    expect(own(decision, 'best-fit')).toEqual({ a: [0.25, 50], b: [0, 100], c: [0.75, 0] });
  });

  test('best-fit and worst-fit weigh CPU and memory alike', () => {
    const cache = cluster({ a: {}, b: { allocatable: { cpu: 8, memory: 1000 } } });
    const request = { requests: { cpu: 2, memory: 500 } };
    // a: (1/2 + 7/8) / 2, b: (3/4 + 1/2) / 2
    const [best, worst] = (['best-fit', 'worst-fit'] as const).map((name) =>
      decide(schedulers[name](), cache, pod('p', request)),
    );
    expect([best!.node?.name, best!.value]).toEqual(['b', 0.625]);
    expect([worst!.node?.name, worst!.value]).toEqual(['a', 0.6875]);
  });

  test('worst-fit opens every bin, and equal bins are drawn', () => {
    const cache = bins();
    const [large, second, third, last] = items();
    const first = decide(schedulers['worst-fit'](), cache, large!);
    expect(names(first.tieSet)).toEqual(['a', 'b', 'c']);
    put(cache, 'a', 'large', { requests: { cpu: 3, memory: 3000 } });
    const placed = placeAll(schedulers['worst-fit'](), cache, [second!, third!]);
    expect(placed.sort()).toEqual(['b', 'c']);
    const tie = decide(schedulers['worst-fit'](), cache, last!);
    expect([names(tie.tieSet), tie.value]).toEqual([['b', 'c'], 0.25]);
    expect(own(tie, 'worst-fit')).toEqual({ a: [0, 0], b: [0.25, 100], c: [0.25, 100] });
  });
});

describe('spread', () => {
  test('counts pods of the same service first, then all pods, and draws among what is equal', () => {
    const cache = cluster({ a: {}, b: {}, c: {}, d: {} });
    const [mine, other] = [{ labels: { app: 'mine' } }, { labels: { app: 'other' } }];
    put(cache, 'a', 'mine-0', mine);
    for (const name of ['b', 'c']) put(cache, name, `${name}-0`, other);
    for (const i of [1, 2]) put(cache, 'd', `d-${i}`, other);
    const decision = decide(schedulers.spread(), cache, pod('mine-1', mine));
    expect([names(decision.tieSet), decision.value]).toEqual([['b', 'c'], 0]);
    expect(own(decision, 'spread')).toEqual({ a: [1, 0], b: [0, 100], c: [0, 100], d: [0, 100] });
    expect(own(decision, 'spread/pods')).toEqual({ a: [1, 100], b: [1, 100], c: [1, 100], d: [2, 0] });
  });

  test('a namespace apart is a service apart, and pods that are being deleted do not count as alike', () => {
    const cache = cluster({ a: {}, b: {} });
    const mine = { labels: { app: 'mine' } };
    put(cache, 'a', 'elsewhere', { ...mine, namespace: 'other' });
    const leaving = put(cache, 'b', 'mine-0', mine);
    expect(decide(schedulers.spread(), cache, pod('mine-1', mine)).node?.name).toBe('a');
    cache.terminatePod(leaving);
    const decision = decide(schedulers.spread(), cache, pod('mine-1', mine));
    expect([names(decision.tieSet), decision.value]).toEqual([['a', 'b'], 0]);
  });
});

test('lowest-latency tells the latency of every feasible node, and of those that are equal in it the scores', () => {
  const cache = cluster({ near: {}, far: {}, lost: {}, alsoNear: {} });
  const latencies: Record<string, number> = { near: 1e6, alsoNear: 1e6, far: 2e6, lost: Infinity };
  const decision = decide(schedulers['lowest-latency'](), cache, pod('p', { requests: { cpu: 1 } }), {
    communicationLatencyNs: ({ name }) => latencies[name]!,
  });
  expect(own(decision, 'lowest-latency')).toEqual({
    near: [1e6, 100],
    far: [2e6, 50],
    lost: [Infinity, 0],
    alsoNear: [1e6, 100],
  });
  expect(names(decision.verdicts!.scored)).toEqual(['near', 'alsoNear']);
});
