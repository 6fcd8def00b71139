import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addKindCompareCommand } from '../../../src/cli/commands/kind-compare.ts';
import { agreementOf, wilson } from '../../../src/experiment/fidelity/agreement.ts';
import { sampleDistance, smirnovPValue } from '../../../src/experiment/fidelity/distances.ts';
import { linkFidelity } from '../../../src/experiment/fidelity/links.ts';
import { assessFidelity } from '../../../src/experiment/index.ts';
import { RandomStreams } from '../../../src/kernel/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { runCommand } from '../../kind/in-process.ts';
import { recordAs } from '../../kind/recorded-run.ts';

const stream = () => new RandomStreams(3).get('test');

describe('formulas', () => {
  test("Wilson's interval of 8 in 10 (R: prop.test(8, 10, correct = FALSE))", () => {
    const { low, high } = wilson(0.8, 10, 0.95);
    expect(low).toBeCloseTo(0.4901625, 6);
    expect(high).toBeCloseTo(0.9433178, 6);
  });

  test.each([
    [1.2238, 0.1],
    [1.3581, 0.05],
    [1.6276, 0.01],
  ])("Smirnov's limit at %f is %f (Smirnov 1948, table)", (lambda, chance) => {
    expect(smirnovPValue(lambda * Math.sqrt(2 / 1e6), 1e6, 1e6)).toBeCloseTo(chance, 4);
  });

  test('distances of samples worked by hand (the first is of the documentation of scipy.stats.wasserstein_distance)', () => {
    const far = sampleDistance([0, 1, 3], [5, 6, 8], stream(), 0.95);
    expect(far).toMatchObject({ wasserstein: { value: 5 }, kolmogorovSmirnov: { value: 1, low: 1, high: 1 } });
    expect(far.wasserstein.low).toBeLessThan(5);
    expect(far.wasserstein.high).toBeGreaterThan(5);
    const certain = sampleDistance([1, 1, 1, 1], [3, 3], stream(), 0.95);
    expect(certain.wasserstein).toEqual({ value: 2, low: 2, high: 2 });
    expect(sampleDistance([1, 2, 3], [1, 2, 3], stream(), 0.95)).toMatchObject({
      wasserstein: { value: 0 },
      pValue: 1,
    });
  });

  test('the interval holds the true distance of two normal samples as often as it says, or nearly', () => {
    // two normal distributions that differ by their means alone are so far apart as these are
    const draws = stream();
    const normal = (mean: number) => Array.from({ length: 60 }, () => mean + draws.normal()).toSorted((a, b) => a - b);
    let held = 0;
    for (let i = 0; i < 60; i++) {
      const { wasserstein } = sampleDistance(normal(0), normal(2), draws, 0.95);
      if (wasserstein.low <= 2 && 2 <= wasserstein.high) held++;
    }
    // 0.95 of 60, less three standard deviations of a binomial, less what percentile intervals lack at 60 values
    expect(held).toBeGreaterThan(48);
  });

  test('pods of a service are matched so that most agree, and only as far as ties go', () => {
    const pod = (node: string, ...ties: string[]) => ({ service: 'a/s', node, ties: [node, ...ties] });
    const agrees = (one: { ties: readonly string[] }, { node }: { node: string }) => one.ties.includes(node);
    // the second pod can only be on x, so that the first has to be matched with y
    expect(agreementOf([pod('x', 'y'), pod('x')], [pod('x'), pod('y')], agrees)).toBe(1);
    expect(agreementOf([pod('x'), pod('x')], [pod('x'), pod('y')], agrees)).toBe(0.5);
    // a pod that the other run does not have agrees with nothing
    expect(agreementOf([pod('x')], [pod('x'), pod('x')], agrees)).toBe(0.5);
    expect(agreementOf([pod('x')], [{ ...pod('x'), service: 'a/t' }], agrees)).toBe(0);
    expect(agreementOf([], [], agrees)).toBe(1);
  });
});

describe('links that were measured', () => {
  const link = (from: string, configured: number, measured: number) => ({
    from,
    to: 'hub',
    bandwidthBps: { configured, measured },
  });
  test("the mean difference with Student's interval, worked by hand, and the way that is furthest off", () => {
    // differences -1, -3, -2: mean -2, deviation 1, and 4.303 (two degrees of freedom, 95 %) / sqrt(3) of it to each side
    const [found] = linkFidelity([link('a', 10, 9), link('b', 20, 17), link('c', 30, 28)], 0.95);
    expect(found).toMatchObject({ quantity: 'bandwidth', ways: 3, configured: 20, measured: 18, worst: { from: 'b' } });
    expect(found!.difference.value).toBe(-2);
    expect(found!.difference.low).toBeCloseTo(-2 - 4.3027 / Math.sqrt(3), 3);
    expect(found!.difference.high).toBeCloseTo(-2 + 4.3027 / Math.sqrt(3), 3);
    // 3 of 20 are more than a tenth, and the interval reaches over 0
    expect(found!.verdict).toBe('as configured on average, not on every way');
  });
  test.each([
    [[link('a', 10, 9.5)], 'as configured on every way, or less than 10 % off'],
    [[link('a', 10, 5)], 'lower than configured'],
    [[link('a', 10, 15), link('b', 10, 15.1)], 'higher than configured'],
  ])('verdict %#', (links, verdict) => expect(linkFidelity(links, 0.95)[0]!.verdict).toBe(verdict));
  test('a round trip of a fraction of a millisecond is not told more exactly than it is measured', () => {
    const roundTripNs = { configured: 2e5, measured: 9e5 };
    const [found] = linkFidelity([{ from: 'a', to: 'b', roundTripNs }], 0.95);
    expect(found).toMatchObject({ quantity: 'round trip', difference: { value: 7e5 } });
    expect(found!.verdict).toContain('as configured');
  });
});

describe('simulated runs against recorded ones', () => {
  let folder: string;
  const runs: string[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'codeco-sim-fidelity-'));
    for (const seed of [1, 2, 3]) {
      runs.push(join(folder, `simulated-${seed}`));
      simulate(scenario, { codecoApps: [codecoApp], seed, out: runs.at(-1)! });
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const codecoApp = {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { name: 'shop' },
    spec: {
      appName: 'shop',
      'codecoapp-msspec': ['front', 'stock'].map((serviceName) => ({
        serviceName,
        podspec: { containers: [{ name: serviceName, resources: { requests: { cpu: '100m' } } }] },
      })),
    },
  };
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'fidelity' },
    spec: {
      duration: '12m',
      infrastructure: {
        nodeClasses: { server: { cpu: 4, memory: '8Gi' } },
        clusters: [{ name: 'edge', nodes: [{ class: 'server', count: 5, name: 'n{i}' }] }],
      },
      apps: [{ codecoApp: 'shop', behaviour: { '*': { replicas: 12 } } }],
      faults: [{ at: '1m', crash: 'n1' }],
      orchestration: { podStartup: { base: '2s', cv: 0.3 } },
    },
  };

  const recorded = (name: string, change?: Parameters<typeof recordAs>[2]): Promise<string> =>
    recordAs(runs[0]!, join(folder, name), change);

  test('a cluster that does what one of the runs did is as true as they are to each other', async () => {
    const real = await recorded('same');
    const { placement, times, missing, simulated, real: recordings } = await assessFidelity([real, ...runs]);
    expect([simulated.length, recordings.length]).toEqual([3, 1]);
    expect(placement!.verdict).toContain('no further from the simulation');
    expect(placement!.value).toBeGreaterThanOrEqual(placement!.expected!.low);
    expect(placement!.exact).toBeLessThanOrEqual(placement!.value);
    expect(times.map(({ time }) => time)).toEqual(['scheduled', 'started', 'ready', 'evicted', 'replaced']);
    expect(missing).toEqual([]);
    for (const { verdict } of times) expect(verdict).not.toContain('different');
    // 50 s until n1 is not ready and 300 s of toleration, less what its last lease was before the crash
    expect(times[3]!.means[0] / 1e9).toBeGreaterThan(335);
    expect(times[3]!.means[0] / 1e9).toBeLessThan(360);
  });

  test('pods that start 3 s later, and all on one node, are told to be', async () => {
    const real = await recorded('other', ({ scheduled_ns, started_ns, ready_ns }) => ({
      node: 'n5',
      started_ns: started_ns === null ? null : started_ns + 3e9,
      ready_ns: ready_ns === null ? null : ready_ns + 3e9,
      scheduled_ns,
    }));
    const { placement, times } = await assessFidelity([runs[0]!, real]);
    expect(placement!.expected).toBeUndefined();
    expect(placement!.exact).toBeLessThan(0.4);
    const ready = times.find(({ time }) => time === 'ready')!;
    expect(ready.wasserstein.value).toBeCloseTo(3e9, 3);
    expect(ready.verdict).toBe('different: the simulation is faster');
    expect((await assessFidelity([...runs, real])).placement!.verdict).toBe(
      'further from the simulation than ties explain',
    );

    const page = join(folder, 'fidelity.html');
    const { stdout } = await runCommand(addKindCompareCommand, 'compare', ...runs, real, '--report', page);
    expect(stdout).toContain('ready, from its binding to its first readiness: different: the simulation is faster');
    const json = await runCommand(addKindCompareCommand, 'compare', ...runs, real, '-o', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      kind: 'Fidelity',
      placement: { verdict: expect.stringContaining('further') as string },
    });
  });

  test('without a real run there is nothing to be true to', async () => {
    await expect(assessFidelity(runs)).rejects.toThrow(
      'is a real run: give at least one that was recorded by kind replay',
    );
  });
});
