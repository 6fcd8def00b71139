import { expect, test } from 'vitest';
import { exactSolver, violations, type Assignment, type SwmModel } from '../../../src/codeco/swm/index.ts';
import { RandomStream } from '../../../src/kernel/index.ts';
import { channel, compute, forwarder, model, network, weights, wire, workload } from './models.ts';

const nodes = [compute('a', 1000, ['gpu']), compute('b', 1000, ['edge']), forwarder('s', 5e5, 2e7)];
const wires = [wire('a', 's', 1e6, 1e7), wire('b', 's', 2e6, 1e7)];
const networks = [network('lan', wires), network('sure', wires, { qos: 'ASSURED' })];
const workloads = [
  workload('w', 600, { requiredLabels: ['gpu'] }),
  workload('x', 600, { node: 'b', fixed: true, forbiddenLabels: ['gpu'] }),
];
const channels = [channel('w', 'x', { qos: 'ASSURED', bandwidthBps: 6e6, latencyNs: 4e6 })];
const group = model(nodes, networks, workloads, channels);
const good: Assignment = {
  workloads: [
    { application: 'app', workload: 'w', node: 'a' },
    { application: 'app', workload: 'x', node: 'b' },
  ],
  channels: [{ channel: 'w-x', network: 'sure', path: 'a > s > b', source: 'a', target: 'b' }],
};
const moved = (changes: Record<string, string>): Assignment => ({
  ...good,
  workloads: good.workloads.map((entry) => ({ ...entry, node: changes[entry.workload] ?? entry.node })),
});
const rerouted = (change: object): Assignment => ({
  ...good,
  channels: good.channels.map((entry) => ({ ...entry, ...change })),
});
const withWorkload = (change: object): SwmModel =>
  model(nodes, networks, [{ ...workloads[0]!, ...change }, workloads[1]!], channels);
const withChannel = (change: object): SwmModel => model(nodes, networks, workloads, [{ ...channels[0]!, ...change }]);

test('an assignment that keeps all eight constraints breaks none', () => {
  expect(violations(group, good)).toEqual([]);
});

test.each<[constraint: string, problem: SwmModel, assignment: Assignment, reason: string]>([
  ['one-node-each', group, { ...good, workloads: good.workloads.slice(0, 1) }, 'app/x is on 0 nodes'],
  ['one-node-each', group, moved({ w: 's' }), 'app/w is on s, which is no compute node'],
  [
    'node-capacity',
    withWorkload({ cpuMillicores: 1001 }),
    good,
    'CPU of node a: 1001 mCPU asked for, 1000 of 1000 mCPU free',
  ],
  [
    'node-capacity',
    withWorkload({ memoryBytes: 9e9 }),
    good,
    'memory of node a: 9000000000 byte asked for, 8000000000 of 8000000000 byte free',
  ],
  ['labels', withWorkload({ requiredLabels: ['tpu'] }), good, 'app/w needs label tpu, which a lacks'],
  ['labels', withWorkload({ forbiddenLabels: ['gpu'] }), good, 'app/w forbids label gpu, which a has'],
  ['fixed', withWorkload({ node: 'b', fixed: true }), good, 'app/w is fixed on b and was put on a'],
  [
    'fixed',
    withChannel({ network: 'lan', path: 'a > s > b', fixed: true }),
    rerouted({}),
    'channel w-x is fixed on a > s > b and was put on a > s > b',
  ],
  ['channel-path', group, { ...good, channels: [] }, 'channel w-x has 0 paths'],
  ['channel-path', group, rerouted({ path: 'a > b' }), 'channel w-x: sure has no path a > b'],
  ['channel-path', group, rerouted({ path: 'b > s > a' }), 'channel w-x: path b > s > a does not lead from a to b'],
  ['channel-path', group, rerouted({ target: 'a' }), 'channel w-x runs from a to a, not a to b'],
  [
    'channel-latency',
    withChannel({ latencyNs: 3_499_999 }),
    good,
    'channel w-x takes 3500000 ns and may take 3499999 ns',
  ],
  [
    'bandwidth',
    withChannel({ bandwidthBps: 10_000_001 }),
    good,
    'medium a-s: 10000001 bit/s asked for, 10000000 of 10000000 bit/s free',
  ],
  [
    'bandwidth',
    model([...nodes.slice(0, 2), forwarder('s', 5e5, 5e6)], networks, workloads, channels),
    good,
    'network node s: 6000000 bit/s asked for, 5000000 of 5000000 bit/s free',
  ],
  [
    'service-class',
    group,
    rerouted({ network: 'lan' }),
    'channel w-x is ASSURED and was put on network lan, which is BEST_EFFORT',
  ],
])('%s is seen to be broken, and by what', (constraint, problem, assignment, reason) => {
  expect(violations(problem, assignment)).toContainEqual({ constraint, reason });
});

test('a fixed channel stays on its path though another is faster', () => {
  const slow = { id: 'round', links: ['a-s', 's-b'] };
  const direct = wire('a', 'b', 1e6, 1e9);
  const listed = network('lan', [...wires, direct], { paths: [slow, { id: 'direct', links: ['a-b'] }] });
  const pair = [workload('w', 600, { requiredLabels: ['gpu'] }), workload('x', 600)];
  const pathOf = (change: object): string | undefined => {
    const problem = model(nodes, [listed], pair, [channel('w', 'x', change)]);
    const draws = new RandomStream(1, 'test/swm/fixed');
    return exactSolver().solve(problem, { weights, budget: 100, draws }).assignment?.channels[0]?.path;
  };
  expect(pathOf({})).toBe('direct');
  expect(pathOf({ network: 'lan', path: 'round', fixed: true })).toBe('round');
});
