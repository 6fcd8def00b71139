import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkExpectations } from '../../../src/experiment/expectations/index.ts';
import { evaluateBounds, evaluateClaims } from '../../../src/experiment/expectations/evaluation.ts';
import { meanInterval } from '../../../src/experiment/statistics/index.ts';
import type { ComparedCell } from '../../../src/experiment/subject.ts';
import { parseExpectation } from '../../../src/model/index.ts';
import { readManifest, ResultsError } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';

const cell = (label: string, latencies: readonly number[], failed = 0): ComparedCell => ({
  number: 0,
  label,
  parameters: {},
  runs: latencies.map((latency, k) => ({
    seed: k,
    folder: '',
    row: { latency_p95_ns: latency * 1e6, requests_sent: 1000, requests_failed: failed },
  })),
});
const bound = async (text: string, of: ComparedCell) => (await evaluateBounds([parseExpectation(text)], of))[0]!;
const claim = async (text: string, baseline: ComparedCell, other: ComparedCell) =>
  (await evaluateClaims([parseExpectation(text)], [[baseline, other]]))[0]!;

describe('bounds on the mean of replications', () => {
  const replications = cell('a', [70, 72, 74, 71, 73]);
  const { low, high } = meanInterval([70e6, 72e6, 74e6, 71e6, 73e6]);

  test('pass or fail by the estimate, and are sure where the whole interval agrees', async () => {
    expect(await bound('requests.latency.p95 < 80ms', replications)).toMatchObject({
      passed: true,
      isSure: true,
      value: 72e6,
      low,
      high,
    });
    expect(await bound('requests.latency.p95 < 73ms', replications)).toMatchObject({ passed: true, isSure: false });
    expect(await bound('requests.latency.p95 < 71.5ms', replications)).toMatchObject({ passed: false, isSure: false });
    expect(await bound('requests.latency.p95 > 80ms', replications)).toMatchObject({ passed: false, isSure: true });
    expect(await bound('requests.latency.p95 <= 72ms', replications)).toMatchObject({ passed: true });
    expect(await bound('requests.latency.p95 < 72ms', replications)).toMatchObject({ passed: false });
  });

  test('a quotient is taken run by run; a measure that no run has fails', async () => {
    expect(await bound('requests.failed / requests.sent <= 0.2%', cell('b', [1, 2], 2))).toMatchObject({
      passed: true,
      isSure: true,
      value: 0.002,
    });
    expect(await bound('carbon < 1kg', replications)).toMatchObject({
      passed: false,
      isSure: undefined,
      value: undefined,
    });
  });
});

describe('comparisons with a baseline', () => {
  const noise = [0.3, -0.2, 0.1, -0.4, 0.2, 0, -0.1, 0.1];
  const baseline = cell(
    'baseline',
    noise.map((one) => 100 + one),
  );
  const slower = cell(
    'slower',
    noise.map((one, k) => 108 + one + noise[7 - k]! / 2),
  );

  test.each([
    ['requests.latency.p95 not worse than baseline by more than 5%', false],
    ['requests.latency.p95 not worse than baseline by more than 8%', true],
    ['requests.latency.p95 not worse than baseline by more than 12%', true],
    ['requests.latency.p95 worse than baseline', true],
    ['requests.latency.p95 different from baseline by more than 7%', true],
    ['requests.latency.p95 better than baseline', false],
  ])('8 %% slower: %s is %s', async (text, passed) => {
    expect(await claim(text, baseline, slower)).toMatchObject({ passed, isSure: true, subject: 'slower' });
  });

  test('faster is better, and noise is neither', async () => {
    expect(await claim('requests.latency.p95 better than baseline by more than 5%', slower, baseline)).toMatchObject({
      passed: true,
    });
    const same = cell(
      'same',
      noise.toReversed().map((one) => 100 + one),
    );
    expect(await claim('requests.latency.p95 not different from baseline', baseline, same)).toMatchObject({
      passed: true,
    });
  });

  test('what is missing on one side proves nothing', async () => {
    expect(await claim('carbon not worse than baseline', baseline, slower)).toMatchObject({
      passed: false,
      isSure: undefined,
    });
  });
});

describe('results on the disk', () => {
  let folder: string;
  const place = (name: string) => join(folder, name);
  const stated = { expect: ['requests.latency.p95 < 80ms', 'requests.failed / requests.sent < 0.1%'] };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'codeco-sim-expect-'));
    const set = [`expect=${JSON.stringify(stated.expect)}`];
    simulate('scenarios/first-steps.yaml', { out: place('stated'), set });
    simulate('scenarios/first-steps.yaml', { out: place('silent') });
    simulate('scenarios/first-steps.yaml', {
      out: place('random'),
      set: ['orchestration.scheduler=random', 'faults=[]'],
    });
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a run is held against its scenario's expectations: a third of a minute without the cloud fails some requests", async () => {
    const { findings } = await checkExpectations(place('stated'));
    expect(findings.map(({ expectation, passed }) => [expectation, passed])).toEqual([
      ['requests.latency.p95 < 80ms', true],
      ['requests.failed / requests.sent < 0.1%', false],
    ]);
    expect(findings[1]!.low).toBeLessThan(findings[1]!.value!);
  });

  test('expectations change nothing in a run: neither its digest nor its hash', () => {
    const [one, two] = [readManifest(place('stated')), readManifest(place('silent'))];
    expect([one.digest, one.scenario.hash]).toEqual([two.digest, two.scenario.hash]);
  });

  test('other expectations and another baseline can be given', async () => {
    const { findings } = await checkExpectations(place('random'), {
      expectations: [parseExpectation('requests.failed / requests.sent not worse than baseline')],
      baseline: place('silent'),
    });
    expect(findings).toMatchObject([{ passed: true }]);
  });

  test('results of which nothing is expected, and a comparison without a baseline, are refused', async () => {
    await expect(checkExpectations(place('silent'))).rejects.toThrow(/nothing is expected of .*silent/);
    const expectations = [parseExpectation('carbon not worse than baseline')];
    await expect(checkExpectations(place('silent'), { expectations })).rejects.toThrow(ResultsError);
  });
});
