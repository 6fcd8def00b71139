import { expect, test } from 'vitest';
import { formatExplanation } from '../../src/cli/explanation.ts';
import { explainDecision } from '../../src/explanation.ts';
import type { ReadRow } from '../../src/results/index.ts';

const decision: ReadRow<'decisions'> = {
  decision: 4,
  time_ns: 1.25e9,
  scheduler: 'kube-scheduler',
  pod: 'shop-cart-0',
  app: 'shop',
  attempt: 1,
  considered_nodes: 4,
  feasible_nodes: 3,
  node: 'edge-2',
  tie_set: 'edge-1,edge-2',
  value: 375,
  trigger: null,
  message: null,
  nominated_node: null,
  view_age_ns: 0,
};

const blank = { reason: null, raw_score: null, normalized_score: null, weight: null, weighted_score: null };
const refused = (node: string, plugin: string, reason: string): ReadRow<'verdicts'> => ({
  ...blank,
  decision: 4,
  node,
  plugin,
  verdict: 'refused',
  reason,
});
const passed = (node: string): ReadRow<'verdicts'> => ({
  ...blank,
  decision: 4,
  node,
  plugin: 'filters',
  verdict: 'passed',
});
const scored = (
  plugin: string,
  weight: number,
  scores: Record<string, readonly [raw: number, normalised: number]>,
): ReadRow<'verdicts'>[] =>
  Object.entries(scores).map(([node, [raw, normalised]]) => ({
    decision: 4,
    node,
    plugin,
    verdict: 'scored',
    reason: null,
    raw_score: raw,
    normalized_score: normalised,
    weight,
    weighted_score: weight * normalised,
  }));

const verdicts = [
  refused('hub', 'NodeResourcesFit', 'Insufficient cpu; Insufficient memory'),
  ...['edge-3', 'edge-1', 'edge-2'].map(passed),
  ...scored('TaintToleration', 3, { 'edge-3': [1, 0], 'edge-1': [0, 100], 'edge-2': [0, 100] }),
  ...scored('NodeResourcesFit', 1, { 'edge-3': [80, 80], 'edge-1': [75, 75], 'edge-2': [75, 75] }),
];

test('a table has a row a node: the choice first, then by total, refused nodes with their filter last', () => {
  expect(`\n${formatExplanation(explainDecision(decision, verdicts))}`).toBe(`
Decision:   4
Pod:        shop-cart-0 of shop, attempt 1
Time:       1.25 s (1250000000 ns)
Scheduler:  kube-scheduler
View age:   0 ns
Nodes:      4 examined, 3 feasible
Choice:     edge-2
Tie set:    edge-1, edge-2: drawn from 2
Value:      375

NODE    VERDICT   TaintToleration  NodeResourcesFit  TOTAL  REFUSED BY
edge-2  chosen                300                75    375
edge-1  tied                  300                75    375
edge-3  feasible                0                80     80
hub     refused                                             NodeResourcesFit: Insufficient cpu; Insufficient memory
`);
});

test('as data it has every score of every plugin', () => {
  const { nodes, tie_set: ties } = explainDecision(decision, verdicts);
  expect(ties).toEqual(['edge-1', 'edge-2']);
  expect(nodes![2]).toEqual({
    node: 'edge-3',
    verdict: 'feasible',
    refusedBy: null,
    reason: null,
    scores: {
      TaintToleration: { raw: 1, normalized: 0, weight: 3, weighted: 0 },
      NodeResourcesFit: { raw: 80, normalized: 80, weight: 1, weighted: 80 },
    },
    total: 80,
  });
  expect(nodes![3]).toMatchObject({
    verdict: 'refused',
    refusedBy: 'NodeResourcesFit',
    reason: 'Insufficient cpu; Insufficient memory',
    scores: {},
    total: null,
  });
});

test('another scheduler’s nodes are in the order of its own criteria, in its own unit; scores settle what is equal', () => {
  const nearest = { ...decision, scheduler: 'lowest-latency', tie_set: 'b', node: 'b', value: 1e6 };
  const rows = [
    ...['far', 'a', 'lost', 'b'].map(passed),
    ...scored('lowest-latency', 1, { far: [2.34567e6, 50], a: [1e6, 100], lost: [Infinity, 0], b: [1e6, 100] }),
    ...scored('NodeResourcesFit', 1, { a: [60, 60], b: [70, 70] }),
  ];
  expect(formatExplanation(explainDecision(nearest, rows)).split('\n\n')[1]).toBe(
    [
      'NODE  VERDICT   LOWEST-LATENCY  NodeResourcesFit  TOTAL',
      'b     chosen           1000000                70     70',
      'a     feasible         1000000                60     60',
      'far   feasible         2345670',
      'lost  feasible        Infinity',
      '',
    ].join('\n'),
  );
});

test('criteria count in their order: the second only where the first is equal', () => {
  const spread = { ...decision, scheduler: 'spread', tie_set: 'b', node: 'b', value: 0 };
  const rows = [
    ...['a', 'b', 'c'].map(passed),
    ...scored('spread', 1, { a: [1, 0], b: [0, 100], c: [0, 100] }),
    ...scored('spread/pods', 1, { a: [0, 100], b: [3, 50], c: [4, 0] }),
  ];
  const { nodes } = explainDecision(spread, rows);
  expect(nodes!.map(({ node }) => node)).toEqual(['b', 'c', 'a']);
  expect(nodes!.every(({ total }) => total === null)).toBe(true);
});

test('a pod without a place has its message, and nobody is chosen', () => {
  const message = '0/1 nodes are available: 1 Too many pods.';
  const failed = { ...decision, node: null, tie_set: '', value: null, feasible_nodes: 0, considered_nodes: 1, message };
  const text = formatExplanation(explainDecision(failed, [refused('hub', 'NodeResourcesFit', 'Too many pods')]));
  expect(text).toContain('Choice:     none\nMessage:    0/1 nodes are available: 1 Too many pods.\n');
  expect(text).toContain('NODE  VERDICT  REFUSED BY\nhub   refused  NodeResourcesFit: Too many pods\n');
  const unseen = explainDecision({ ...failed, considered_nodes: 0 }, []);
  expect(unseen.nodes).toEqual([]);
  expect(formatExplanation(unseen)).toContain('No node was examined.');
});

test('where verdicts were not recorded it says how to get them', () => {
  const explanation = explainDecision(decision, []);
  expect(explanation.nodes).toBeNull();
  expect(formatExplanation(explanation)).toContain('run the scenario again with --set results.verdicts=true');
});
