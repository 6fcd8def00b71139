import { expect, test } from 'vitest';
import { constraints, exactSolver, objective, violations } from '../../../src/codeco/swm/index.ts';
import { RandomStream } from '../../../src/kernel/index.ts';
import {
  bruteForce,
  channel,
  compute,
  forwarder,
  model,
  network,
  smallModel,
  weights,
  wire,
  workload,
} from './models.ts';

const solver = exactSolver();
const draws = new RandomStream(1, 'test/swm/exact');
const options = { weights, budget: 100_000, draws };

test('of 200 random groups the exact solver finds what trying every assignment finds', () => {
  let feasible = 0;
  for (let instance = 0; instance < 200; instance++) {
    const problem = smallModel(new RandomStream(instance, 'test/swm/small'));
    const expected = bruteForce(problem);
    const { assignment, errors } = solver.solve(problem, options);
    if (expected === undefined) {
      expect(assignment, `instance ${instance}`).toBeUndefined();
      expect(errors.length, `instance ${instance}`).toBeGreaterThan(0);
      for (const { kind } of errors) expect([...Object.keys(constraints), 'together']).toContain(kind);
    } else {
      feasible++;
      expect(assignment, `instance ${instance}`).toBeDefined();
      expect(violations(problem, assignment!), `instance ${instance}`).toEqual([]);
      expect(objective(problem, assignment!, weights), `instance ${instance}`).toBeCloseTo(expected, 6);
    }
  }
  // neither kind may be missing from the draw
  expect(feasible).toBeGreaterThan(60);
  expect(feasible).toBeLessThan(190);
}, 300_000);

const lan = network('lan', [wire('a', 's', 1e6, 1e7), wire('b', 's', 2e6, 1e7)]);
const nodes = [compute('a', 1000, ['gpu']), compute('b', 1000), forwarder('s', 5e5)];

test('two services that one node cannot hold are put on two, and their channel on the path through the switch', () => {
  const problem = model(
    nodes,
    [lan],
    [workload('w', 600), workload('x', 600, { requiredLabels: ['gpu'] })],
    [channel('w', 'x')],
  );
  const { assignment } = solver.solve(problem, options);
  expect(assignment).toEqual({
    workloads: [
      { application: 'app', workload: 'w', node: 'b' },
      { application: 'app', workload: 'x', node: 'a' },
    ],
    channels: [{ channel: 'w-x', network: 'lan', path: 'b > s > a', source: 'b', target: 'a' }],
  });
  // 2 ms + 0.5 ms in the switch + 1 ms
  expect(objective(problem, assignment!, weights)).toBeCloseTo(0.05 * 3.5, 12);
});

test.each([
  [
    'node-capacity',
    [workload('w', 1200)],
    [],
    'app/w asks for 1200 mCPU and 1000000000 byte; of the 2 nodes left to it none has both: at most 1000 mCPU and 8000000000 byte are free',
  ],
  [
    'node-capacity',
    [workload('w', 900), workload('x', 900), workload('y', 900)],
    [],
    'the group asks for 2700 mCPU of CPU; all nodes together have 2000 mCPU free',
  ],
  ['labels', [workload('w', 100, { requiredLabels: ['tpu'] })], [], 'no node may take app/w: of 2 nodes 2 lack tpu'],
  [
    'labels',
    [workload('w', 100, { requiredLabels: ['gpu'], forbiddenLabels: ['gpu'] })],
    [],
    'no node may take app/w: of 2 nodes 1 lack gpu, 1 have gpu',
  ],
  ['fixed', [workload('w', 100, { node: 'gone', fixed: true })], [], 'app/w is fixed on gone, which is not there'],
  [
    'channel-latency',
    [workload('w', 600), workload('x', 600)],
    [channel('w', 'x', { latencyNs: 3e6 })],
    'channel w-x may take 3000000 ns; the fastest path between nodes left to its ends takes 3500000 ns',
  ],
  [
    'bandwidth',
    [workload('w', 600), workload('x', 600)],
    [channel('w', 'x', { bandwidthBps: 2e7 })],
    'channel w-x asks for 20000000 bit/s, which no path within its latency has free',
  ],
  [
    'service-class',
    [workload('w', 600), workload('x', 600)],
    [channel('w', 'x', { qos: 'ASSURED' })],
    'channel w-x is ASSURED, and no assured network joins its ends in time',
  ],
] as const)('a group that cannot be placed is refused by %s, and says why', (kind, workloads, channels, details) => {
  expect(solver.solve(model(nodes, [lan], workloads, channels), options)).toEqual({
    feasible: false,
    errors: [{ kind, details }],
    messages: [],
  });
});

test('where no constraint alone is at fault, those are named without which the group could be placed', () => {
  // two pairs that do not fit on a node, and a wire that carries one of their channels
  const workloads = ['w', 'x', 'y', 'z'].map((id) => workload(id, 500, { requiredLabels: id < 'y' ? ['gpu'] : [] }));
  const channels = [channel('w', 'y', { bandwidthBps: 6e6 }), channel('x', 'z', { bandwidthBps: 6e6 })];
  const { errors } = solver.solve(model(nodes, [lan], workloads, channels), options);
  expect(errors.map(({ kind }) => kind)).toEqual(['node-capacity', 'labels', 'bandwidth']);
});
