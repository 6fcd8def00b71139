import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decideAnew, differences, readDecisions, type RecordedDecision } from '../../../scripts/parity-scheduler.ts';

const FILE = new URL('../../../../shared/data/kube-scheduler/decisions.jsonl', import.meta.url).pathname;

test.skipIf(!existsSync(FILE))(
  `decides as the recorded kube-scheduler 1.36 did, to the last score and word (skipped where ${FILE} is absent)`,
  () => {
    const decisions = readDecisions(FILE);
    expect(decisions.length).toBeGreaterThanOrEqual(200);
    const differing = decisions.map((each) => ({ id: each.id, differences: differences(each, decideAnew(each)) }));
    expect(differing.filter((each) => each.differences.length > 0)).toEqual([]);
  },
);

const recorded: RecordedDecision = {
  id: 'worked by hand',
  nodes: ['a', 'b'].map((name) => ({
    metadata: { name },
    status: { allocatable: { cpu: '2', memory: '4194304000', pods: '10' } },
  })),
  pods: [
    {
      metadata: { name: 'there' },
      spec: { nodeName: 'a', containers: [{ name: 'c', resources: { requests: { cpu: '1', memory: '2097152000' } } }] },
    },
  ],
  pod: {
    metadata: { name: 'new' },
    spec: { containers: [{ name: 'c', resources: { requests: { cpu: '500m', memory: '1048576000' } } }] },
  },
  result: {
    node: 'b',
    message: null,
    // (25 + 25) / 2 and (75 + 75) / 2; balanced before and after: 50 + (50 + 0) / 2.
    scores: {
      a: {
        TaintToleration: 300,
        NodeResourcesFit: 25,
        DynamicResources: 0,
        NodeResourcesBalancedAllocation: 75,
        ImageLocality: 0,
      },
      b: {
        TaintToleration: 300,
        NodeResourcesFit: 75,
        DynamicResources: 0,
        NodeResourcesBalancedAllocation: 75,
        ImageLocality: 0,
      },
    },
    final: { a: 400, b: 450 },
  },
};

test('a recorded decision that agrees has no difference', () => {
  expect(differences(recorded, decideAnew(recorded))).toEqual([]);
});

test.each([
  [
    'a score',
    { scores: { ...recorded.result.scores, a: { ...recorded.result.scores['a'], NodeResourcesFit: 26 } } },
    ['NodeResourcesFit'],
  ],
  [
    'a plugin that did not run',
    { scores: { a: {}, b: {} } },
    ['DynamicResources', 'ImageLocality', 'NodeResourcesBalancedAllocation', 'NodeResourcesFit', 'TaintToleration'],
  ],
  ['a final score', { final: { a: 400, b: 451 } }, ['final scores']],
  ['the node', { node: 'a' }, ['chosen node']],
  ['the message', { message: 'x' }, ['message']],
  ['feasibility', { node: null, scores: {}, final: {} }, ['feasible nodes', 'chosen node']],
])('the comparison sees a difference in %s', (_what, change, aspects) => {
  const changed = { ...recorded, result: { ...recorded.result, ...change } } as RecordedDecision;
  const found = differences(changed, decideAnew(changed)).map(({ aspect }) => aspect);
  expect(found).toEqual(expect.arrayContaining(aspects));
});
