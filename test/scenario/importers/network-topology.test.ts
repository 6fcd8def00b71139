import { expect, test } from 'vitest';
import { fileOf, imported, refusal } from './written.ts';

/** The example topology of L2S-M's exporter: nodes a to e. */
const links = [
  ['a', 'b', '1G', 2e6],
  ['a', 'c', '500M', 3e6],
  ['b', 'c', '2G', 1e6],
  ['b', 'd', '1500M', 2.5e6],
  ['d', 'b', '1G', 2e6],
  ['c', 'd', '1G', 2e6],
  ['d', 'e', '2G', 2.5e6],
] as const;
const topology = (
  change: (resource: { spec: { nodes: unknown[]; links: unknown[] } }) => void = () => undefined,
): string => {
  const resource = {
    apiVersion: 'qos-scheduler.siemens.com/v1alpha1',
    kind: 'NetworkTopology',
    metadata: { name: 'l2sm', namespace: 'he-codeco-netma' },
    spec: {
      networkImplementation: 'L2SM',
      physicalBase: 'logical-network',
      nodes: Array.from('abcde', (name) => ({ name, type: 'COMPUTE' })) as unknown[],
      links: links.map(([source, target, bandWidthBits, latencyNanos]) => ({
        name: `${source}${target}`,
        source,
        target,
        capabilities: { bandWidthBits, latencyNanos },
      })) as unknown[],
    },
  };
  change(resource);
  return JSON.stringify(resource, null, 1);
};

test('nodes and links become servers and links, and routes lead over them alone', () => {
  const { world, notes } = imported('network-topology', [fileOf('l2sm.json', topology())]);
  expect(world.nodes.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
  const described = world.links.map(({ name, latencyNs, forwardMedium }) => [
    name,
    latencyNs,
    world.media[forwardMedium]!.bandwidthBps,
  ]);
  expect(described).toEqual([
    ['a-b', 2e6, 1e9],
    ['a-c', 3e6, 5e8],
    ['b-c', 1e6, 2e9],
    ['b-d', 2.5e6, 1e9], // 1.5 Gbit/s and 2.5 ms one way, 1 Gbit/s and 2 ms the other
    ['c-d', 2e6, 1e9],
    ['d-e', 2.5e6, 2e9],
    ['control-plane', 0, 10e9],
  ]);
  expect(notes).toContain('1 links differ by direction');
  expect(notes).toContain('5 links are listed in one direction only');
});

test('round trips are halved where that is asked for', () => {
  const { world } = imported('network-topology', [fileOf('l2sm.json', topology())], { roundTrip: true });
  expect(world.links[0]!.latencyNs).toBe(1e6);
});

test('several documents, Lists, other kinds and YAML are read; what is not used is counted', () => {
  const other = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } });
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [JSON.parse(topology())] });
  const file = fileOf(
    'all.yaml',
    `${other}\n---\n${list}\n---\n${topology(({ spec }) => spec.links.push({ source: 'a', target: 'a' }))}`,
  );
  const { world, notes } = imported('network-topology', [file]);
  expect(world.nodes).toHaveLength(5);
  expect(notes).toContain('left out: 1 document of kind ConfigMap');
  expect(notes).toContain('left out: 1 links from a node to itself');
  expect(notes).toContain('left out: 7 links that repeat one before');
});

test.each([
  ['empty', '', /no document/],
  ['alien', '<graphml/>', /not a map|without a kind|no document/],
  ['other kinds only', 'apiVersion: v1\nkind: Pod\n', /only documents of kind Pod/],
  [
    'another version',
    topology().replace('qos-scheduler.siemens.com', 'example.org'),
    /:2:16[^]*expected qos-scheduler.siemens.com\/v1alpha1/,
  ],
  [
    'a link to nowhere',
    topology(({ spec }) => spec.links.push({ source: 'a', target: 'x' })),
    /links\[7\].target\n[^]*no node is named "x"/,
  ],
  ['a node twice', topology(({ spec }) => spec.nodes.push({ name: 'a' })), /the name "a" is taken/],
  ['a bad quantity', topology().replace('"1G"', '"1 Gbit"'), /capabilities.bandWidthBits[^]*unknown suffix/],
  ['a negative latency', topology().replace('2000000,', '-5,').replace('2000000\n', '-5\n'), /latencyNanos/],
  [
    'network nodes only',
    topology(({ spec }) => spec.nodes.splice(0, 5, { name: 'a', type: 'NETWORK' }) && spec.links.splice(0)),
    /no node that pods can run on/,
  ],
])('%s is refused with its line', (_, text, expected) => {
  expect(refusal('network-topology', [fileOf('bad.yaml', text)])).toMatch(expected);
});
