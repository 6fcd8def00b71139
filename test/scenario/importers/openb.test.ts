import { expect, test } from 'vitest';
import { fileOf, imported, recorded, refusal } from './written.ts';

const nodes = 'sn,name,cpu_milli,memory_mib,gpu,gpu_model\n0,n0,64000,262144,2,P100\n0,n1,96000,393216,0,\n';
const heading =
  'name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n';
const pods = `${heading}p0,12000,16384,1,460,,LS,Running,0,100,10\np1,6000,1024,0,0,,BE,Pending,20,50,\np2,6000,1024,2,1000,V100M16|P100,BE,Succeeded,20,60,20\n`;
const files = (n = nodes, p = pods): string[] => [fileOf('nodes.csv', n), fileOf('pods.csv', p)];

test('nodes get GPUs as an extended resource, pods their times, lives and requests', () => {
  const { world, notes } = imported('openb', files());
  expect(world.nodes.map(({ name, cpuMillicores, resources }) => [name, cpuMillicores, resources])).toEqual([
    ['n0', 64_000, { 'alibabacloud.com/gpu-milli': 2000 }],
    ['n1', 96_000, undefined],
  ]);
  const lives = world.services.map(({ lives: of }) => of![0]);
  expect(lives).toEqual([
    { name: 'p0', createdAtNs: 0, runsNs: 90e9 },
    { name: 'p1', createdAtNs: 20e9, runsNs: 30e9 },
    { name: 'p2', createdAtNs: 20e9, runsNs: 40e9 },
  ]);
  expect(world.services[0]!.podSpec.containers[0]!.resources!.requests).toEqual({
    cpu: '12000m',
    memory: '16384Mi',
    'alibabacloud.com/gpu-milli': '460',
  });
  const affinity = world.services[2]!.podSpec.affinity!.nodeAffinity!.requiredDuringSchedulingIgnoredDuringExecution!;
  expect(affinity.nodeSelectorTerms[0]!.matchExpressions![0]!.values).toEqual(['V100M16', 'P100']);
  expect(notes).toContain('1 pods were never scheduled there');
});

test('times that do not fit into a run are divided, by a stated number or the smallest that will do', () => {
  const long = pods.replace(',100,10', ',20000000,10');
  const { world, notes } = imported('openb', files(nodes, long));
  expect(notes).toContain('divided by 3');
  expect(world.services[1]!.lives![0]!.createdAtNs).toBe(6_666_666_667);
  expect(refusal('openb', files(nodes, long), { timesDividedBy: 2 })).toContain('--divide-times 3');
});

test.each([
  ['empty nodes', '', pods, /an empty file/],
  ['a node twice', `${nodes}0,n0,1,1,0,\n`, pods, /:4:1\n[^]*name "n0" is taken/],
  ['NaN', nodes, pods.replace('12000', 'NaN'), /:2:1\n[^]*cpu_milli is "NaN"/],
  ['times backwards', nodes, pods.replace(',100,10', ',5,10'), /:2:1\n[^]*times that run backwards/],
  ['a missing column', nodes, pods.replace('creation_time', 'created'), /no column "creation_time"/],
  ['a fraction of a GPU above one', nodes, pods.replace('460', '4600'), /gpu_milli is "4600"/],
])('%s is refused with its line', (_, badNodes, badPods, expected) => {
  expect(refusal('openb', files(badNodes, badPods))).toMatch(expected);
});

test('the whole trace: 1,213 nodes and 8,152 pods', () => {
  const found = ['openb/openb_node_list.csv', 'openb/openb_pod_list_default.csv'].map(recorded);
  if (found.includes(undefined)) return;
  const { world } = imported('openb', found as string[]);
  expect(world.nodes).toHaveLength(1_213);
  expect(world.services.flatMap(({ lives }) => lives!)).toHaveLength(8_152);
});
