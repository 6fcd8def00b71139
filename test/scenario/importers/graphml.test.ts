import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { greatCircleM } from '../../../src/scenario/importers/graphml.ts';
import { fileOf, imported, refusal } from './written.ts';

const keys = ['Latitude', 'Longitude', 'Internal', 'label', 'LinkSpeed', 'LinkSpeedUnits', 'LinkSpeedRaw', 'LinkLabel']
  .map((name) => `  <key attr.name="${name}" id="${name}" />\n`)
  .join('');
const dataOf = (data: object): string =>
  Object.entries(data)
    .map(([key, value]) => `<data key="${key}">${value}</data>`)
    .join('');
const node = (id: string, data: object): string => `  <node id="${id}">${dataOf(data)}</node>\n`;
const edge = (source: string, target: string, data: object = {}): string =>
  `  <edge source="${source}" target="${target}">${dataOf(data)}</edge>\n`;
const graph = (...parts: readonly string[]): string =>
  `<?xml version="1.0"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n${keys}<graph>\n${parts.join('')}</graph>\n</graphml>\n`;

const nashville = node('0', { Latitude: 36.12, Longitude: -86.67, label: 'Nashville', Internal: 1 });
const losAngeles = node('1', { Latitude: 33.94, Longitude: -118.4, label: 'Los Ángeles', Internal: 1 });
const peer = node('2', { label: 'Level 3', Internal: 0 });

test('the distance from Nashville to Los Angeles is the published one (Rosetta Code, Haversine formula: 2887.26 km for a radius of 6372.8 km)', () => {
  const metres = greatCircleM({ latitude: 36.12, longitude: -86.67 }, { latitude: 33.94, longitude: -118.4 });
  expect((metres * 6372.8) / 6371.0088).toBeCloseTo(2_887_259.95, 0);
  expect(greatCircleM({ latitude: 0, longitude: 170 }, { latitude: 0, longitude: -100 })).toBeCloseTo(
    6_371_008.8 * (Math.PI / 2),
    6,
  );
});

test('links get the latency of light in fibre, and the bandwidth that they state in any of three ways', () => {
  const file = fileOf(
    'zoo.graphml',
    graph(
      nashville,
      losAngeles,
      edge('0', '1', { LinkSpeedRaw: '2500000000.0', LinkSpeed: 10, LinkSpeedUnits: 'G' }),
      edge('0', '1', { LinkSpeed: 622, LinkSpeedUnits: 'M' }),
      edge('1', '0', { LinkLabel: '&lt;155 Mbps' }),
      edge('1', '0'),
    ),
  );
  const { world, notes } = imported('graphml', [file]);
  const links = world.links.filter(
    ({ name }) => name.startsWith('nashville-los') || name.startsWith('los-angeles-nashville'),
  );
  expect(links).toHaveLength(4);
  // 2,886.448 km at 199,861.639 km/s
  for (const { latencyNs } of links) expect(latencyNs / 1e6).toBeCloseTo(14.4422, 4);
  expect(links.map(({ forwardMedium }) => world.media[forwardMedium]!.bandwidthBps)).toEqual([
    2.5e9, 622e6, 155e6, 10e9,
  ]);
  expect(notes).toContain('3 links state one');
  expect(notes).toContain('1 got 10Gbit/s');
  expect(world.clusters.map(({ name }) => name)).toEqual(['nashville', 'los-angeles']);
});

test('a gzip file is read as the plain one', () => {
  const text = graph(nashville, losAngeles, edge('0', '1'));
  const name = { name: 'same' };
  expect(imported('graphml', [fileOf('a.graphml.gz', gzipSync(text))], name).world).toEqual(
    imported('graphml', [fileOf('a.graphml', text)], name).world,
  );
});

test('outside nodes without coordinates, loops and islands are left out and counted', () => {
  const island = node('3', { Latitude: 1, Longitude: 1, Internal: 1 });
  const file = fileOf(
    'zoo.graphml',
    graph(nashville, losAngeles, peer, island, edge('0', '1'), edge('0', '2'), edge('1', '1')),
  );
  const { notes, world } = imported('graphml', [file]);
  expect(world.nodes).toHaveLength(2);
  expect(notes).toContain('left out: 1 outside nodes without coordinates');
  expect(notes).toContain('left out: 1 nodes that no edge joins');
  expect(notes).toContain('left out: 1 edges to nodes that are left out');
  expect(notes).toContain('left out: 1 edges from a node to itself');
  const all = imported('graphml', [file], { defaultLatencyNs: 5e6 as never });
  expect(all.world.links.find(({ name }) => name === 'nashville-level-3')?.latencyNs).toBe(5e6);
});

test.each([
  ['empty', '', /an empty file/],
  ['blank', ' \n\n', /an empty file/],
  ['alien XML', '<html><p/></html>', /:1:1\n.*\n.*the root element "html"/],
  ['no XML', 'a,b\n1,2\n', /not well-formed/],
  ['truncated', graph(nashville, losAngeles, edge('0', '1')).slice(0, 700), /not well-formed: unclosed root tag/],
  ['an unclosed element', graph('<node id="9">'), /:\d+:\d+\n[^]*not well-formed: unexpected close tag/],
  ['no nodes', graph(), /a graph without nodes/],
  [
    'NaN',
    graph(node('0', { Latitude: 'NaN', Longitude: 1 })),
    /:12:3\n[^]*Latitude is "NaN"\n.*degrees from -90 to 90/,
  ],
  ['beyond the pole', graph(node('0', { Latitude: 91, Longitude: 1 })), /Latitude is "91"/],
  [
    'infinite speed',
    graph(nashville, losAngeles, edge('0', '1', { LinkSpeedRaw: '1e400' })),
    /:14:3\n[^]*LinkSpeedRaw is "1e400"/,
  ],
  ['negative speed', graph(nashville, losAngeles, edge('0', '1', { LinkSpeedRaw: -5 })), /LinkSpeedRaw is "-5"/],
  ['a duplicate id', graph(nashville, nashville), /:13:3\n[^]*the id "0" is taken\n.*line 12 has this one/],
  ['an edge to nowhere', graph(nashville, edge('0', '7')), /:13:3\n[^]*no node has the id "7"/],
  [
    'inside nodes without coordinates',
    graph(nashville, node('1', { Internal: 1 }), edge('0', '1')),
    /:13:3\n[^]*has no coordinates\n.*--default-latency/,
  ],
  ['outside nodes only', graph(peer), /no node of the network itself/],
])('%s is refused with its line', (_, text, expected) => {
  expect(refusal('graphml', [fileOf('bad.graphml', text)])).toMatch(expected);
});

test('a gzip file that ends too early, and one that is damaged, are refused', () => {
  const bytes = gzipSync(graph(nashville));
  expect(refusal('graphml', [fileOf('a.gz', bytes.subarray(0, 100))])).toContain('ends too early');
  bytes[30]! ^= 0xff;
  expect(refusal('graphml', [fileOf('a.gz', bytes)])).toMatch(/damaged|ends too early/);
  expect(refusal('graphml', ['nowhere.graphml'])).toContain('no such file');
});

test('what is written loads again, whatever the labels are', () => {
  const anySite = fc.record({
    label: fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => !/[<>&\p{Cc}\p{Cs}\p{Cn}]/u.test(text)),
    Latitude: fc.double({ min: -90, max: 90, noNaN: true }),
    Longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    LinkSpeedRaw: fc.integer({ min: 1, max: 1e12 }),
  });
  fc.assert(
    fc.property(fc.array(anySite, { minLength: 1, maxLength: 6 }), (sites) => {
      const nodes = sites.map(({ label, Latitude, Longitude }, id) => node(String(id), { label, Latitude, Longitude }));
      const edges = sites.slice(1).map(({ LinkSpeedRaw }, id) => edge(String(id), String(id + 1), { LinkSpeedRaw }));
      const { world } = imported('graphml', [fileOf('any.graphml', graph(...nodes, ...edges))], { name: 'any' });
      expect(world.clusters).toHaveLength(sites.length);
      expect(world.links).toHaveLength(2 * sites.length - 1);
    }),
    { numRuns: 60 },
  );
});
