import {
  either,
  listOf,
  oneOf,
  openObject,
  optional,
  parseQuantity,
  quantity,
  text,
  whole,
} from '../../model/index.ts';
import type { Static } from '@sinclair/typebox';
import { readDocuments } from '../documents.ts';
import { isMap, Places, Source } from '../source.ts';
import { check, quote } from '../validation.ts';
import type { Importer } from './importer.ts';
import type { ImportedFile } from './imported-file.ts';
import { scenarioHead } from './scenario-head.ts';
import { bandwidthText, comment, durationText, inline, listing, NameMaker } from './yaml-text.ts';

const DEFAULT_BANDWIDTH_BPS = 1e9;

const nodeShape = openObject(
  {
    name: text({ description: 'Name of the node.' }),
    type: optional(oneOf(['COMPUTE', 'NETWORK'], { description: 'Whether pods can run on it.' })),
  },
  { description: 'A node.' },
);

const linkShape = openObject(
  {
    name: optional(text({ description: 'Name of the link.' })),
    source: text({ description: 'Node that it begins at.' }),
    target: text({ description: 'Node that it ends at.' }),
    capabilities: optional(
      openObject(
        {
          bandWidthBits: optional(quantity('quantity', { description: 'Bandwidth, bit/s: "1G".' })),
          latencyNanos: optional(
            either(
              [
                quantity('quantity', { description: 'Latency, ns.' }),
                whole({ description: 'Latency, ns.', minimum: 0 }),
              ],
              {
                description: 'Latency, ns.',
                expects: 'a number of nanoseconds such as 2e6',
              },
            ),
          ),
        },
        { description: 'What the link can do.' },
      ),
    ),
  },
  { description: 'A directed link.' },
);

/**
 * CODECO's NetworkTopology, as far as it is read here. Source: reference of the project, §1.5 and §3 (nodes and directed
 * links with capabilities, as L2S-M's exporter writes them); other fields are passed over.
 */
const networkTopologySchema = openObject(
  {
    apiVersion: text({
      description: 'Version of the format.',
      pattern: '^qos-scheduler\\.siemens\\.com/v\\d\\w*$',
      expects: 'qos-scheduler.siemens.com/v1alpha1',
    }),
    kind: oneOf(['NetworkTopology'], { description: 'Kind of the document.' }),
    metadata: openObject({ name: text({ description: 'Name of the topology.' }) }, { description: 'Metadata.' }),
    spec: openObject(
      {
        networkImplementation: optional(text({ description: 'Kind of network.' })),
        nodes: listOf(nodeShape, { description: 'Nodes.', minItems: 1 }),
        links: optional(listOf(linkShape, { description: 'Links.' })),
      },
      { description: 'The topology.' },
    ),
  },
  { description: 'A network as CODECO sees it.' },
);

type NetworkTopology = Static<typeof networkTopologySchema>;

interface Direction {
  readonly bps: number | undefined;
  readonly latencyNs: number | undefined;
}

/** Both directions between two nodes; `forward` is from the first name. */
interface Pair {
  readonly from: string;
  readonly to: string;
  forward?: Direction;
  backward?: Direction;
}

export const networkTopology: Importer = {
  description: "CODECO's NetworkTopology resources (SWM, L2S-M), YAML or JSON, several documents a file.",
  files: ['topology.yaml'],
  draft(files, options) {
    const [file] = files as [ImportedFile];
    const { topologies, others } = readTopologies(file);
    const nodes = new Map<string, 'COMPUTE' | 'NETWORK'>();
    const pairs = new Map<string, Pair>();
    const counts = { links: 0, loops: 0, repeated: 0 };
    for (const topology of topologies) readLinks(topology, nodes, pairs, counts);
    const makeName = new NameMaker('node');
    const names = new Map([...nodes.keys()].map((name) => [name, makeName.make(name)]));
    const compute = [...nodes].filter(([, type]) => type === 'COMPUTE').map(([name]) => name);
    if (compute.length === 0) file.reportWhole('no node that pods can run on', 'a node of type COMPUTE');
    file.problems.throwIfAny();
    const { defaultLatencyNs = 0, defaultBandwidthBps = DEFAULT_BANDWIDTH_BPS, roundTrip = false } = options;
    const tally = { oneWay: 0, uneven: 0, noBandwidth: 0, noLatency: 0 };
    const linkNames = new NameMaker('link');
    const links = [...pairs.values()].map(({ from, to, forward, backward }) => {
      const stated = [forward, backward].filter((direction) => direction !== undefined);
      const rates = stated.map(({ bps }) => bps).filter((bps) => bps !== undefined);
      const latencies = stated.map(({ latencyNs }) => latencyNs).filter((latency) => latency !== undefined);
      if (stated.length < 2) tally.oneWay++;
      else if (new Set(rates).size > 1 || new Set(latencies).size > 1) tally.uneven++;
      if (rates.length === 0) tally.noBandwidth++;
      if (latencies.length === 0) tally.noLatency++;
      const latencyNs = latencies.length === 0 ? defaultLatencyNs : Math.max(...latencies) / (roundTrip ? 2 : 1);
      const [a, b] = [names.get(from)!, names.get(to)!];
      return {
        name: linkNames.make(`${a}-${b}`),
        from: a,
        to: b,
        bandwidth: bandwidthText(rates.length === 0 ? defaultBandwidthBps : Math.min(...rates)),
        latency: durationText(Math.ceil(latencyNs)),
      };
    });
    const cluster = new NameMaker('cluster');
    for (const name of names.values()) cluster.make(name);
    const gateway = cluster.make('cluster');
    const first = names.get(compute[0]!)!;
    const notes = [
      `read ${topologies.length} NetworkTopology ${topologies.length === 1 ? 'document' : 'documents'} with ${nodes.size} nodes and ${counts.links} directed links; wrote ${links.length} links`,
      `latencyNanos: ns, taken as ${roundTrip ? 'round trips and halved' : "one way (L2S-M's exporter writes round trips there: --round-trip halves them)"}; bandWidthBits: bit/s`,
      'each node of type COMPUTE became a server of 4 cores and 8Gi, of type NETWORK a switch: own assumption',
      `the control plane stands at ${first}, the first of them: own assumption`,
      ...(tally.oneWay > 0 ? [`${tally.oneWay} links are listed in one direction only, and were taken for both`] : []),
      ...(tally.uneven > 0
        ? [`${tally.uneven} links differ by direction: the smaller bandwidth and the longer latency were taken`]
        : []),
      ...(tally.noBandwidth > 0
        ? [`${tally.noBandwidth} links state no bandwidth and got ${bandwidthText(defaultBandwidthBps)}`]
        : []),
      ...(tally.noLatency > 0
        ? [`${tally.noLatency} links state no latency and got ${durationText(defaultLatencyNs)}`]
        : []),
      ...(counts.loops > 0 ? [`left out: ${counts.loops} links from a node to itself`] : []),
      ...(counts.repeated > 0 ? [`left out: ${counts.repeated} links that repeat one before`] : []),
      ...[...others].map(
        ([kind, count]) => `left out: ${count} ${count === 1 ? 'document' : 'documents'} of kind ${kind}`,
      ),
    ];
    const switches = [...nodes].filter(([, type]) => type === 'NETWORK').map(([name]) => ({ name: names.get(name)! }));
    const text = `${scenarioHead(file, options, notes, '10m')}
  infrastructure:
    nodeClasses:
      server: ${inline({ cpu: 4, memory: '8Gi' })}   # own assumption: the topology does not speak of servers
    clusters:
      - name: ${gateway}
        network: { wiring: links }   # only the links below
        nodes:
${listing(
  compute.map((name) => ({ class: 'server', name: names.get(name)! })),
  10,
)}
${switches.length === 0 ? '' : `    switches:\n${listing(switches, 6)}\n`}    links:
${listing([...links, { name: linkNames.make('control-plane'), from: gateway, to: first, bandwidth: '10Gbit/s', latency: '0s' }], 6)}
${comment(['Add applications and users: codeco-sim explain spec.apps, codeco-sim explain spec.users'], 2)}
`;
    return { text, notes };
  },
};

function readTopologies(file: ImportedFile): { topologies: NetworkTopology[]; others: Map<string, number> } {
  const places = new Places();
  const source = new Source(file.name, file.text);
  const topologies: NetworkTopology[] = [];
  const others = new Map<string, number>();
  for (const { value, mark } of readDocuments(source, places, file.problems) ?? []) {
    const documents =
      isMap(value) && value['kind'] === 'List' && Array.isArray(value['items'])
        ? (value['items'] as unknown[])
        : [value];
    for (const document of documents) {
      const kind = isMap(document) ? document['kind'] : undefined;
      if (kind === 'NetworkTopology') {
        const topology = document as NetworkTopology;
        const before = file.problems.length;
        check(networkTopologySchema, topology, places, file.problems);
        if (file.problems.length > before) continue;
        demandNames(file, places, topology);
        topologies.push(topology);
      } else if (typeof kind === 'string') others.set(kind, (others.get(kind) ?? 0) + 1);
      else file.problems.add(mark, [], 'a document without a kind', { expected: 'kind: NetworkTopology' });
    }
  }
  file.problems.throwIfAny();
  if (topologies.length === 0)
    file.reportWhole(
      others.size === 0 ? 'no document' : `only documents of kind ${[...others.keys()].join(', ')}`,
      'a document of kind NetworkTopology',
    );
  file.problems.throwIfAny();
  return { topologies, others };
}

/** Reports nodes that are declared twice in a topology, and links to nodes that it lacks. */
function demandNames(file: ImportedFile, places: Places, topology: NetworkTopology): void {
  const known = new Set<string>();
  for (const [index, { name }] of topology.spec.nodes.entries()) {
    const path = ['spec', 'nodes', index, 'name'];
    if (known.has(name))
      file.problems.add(places.markValue(topology, path), path, `the name ${quote(name)} is taken`, {
        expected: 'each node once',
      });
    known.add(name);
  }
  for (const [index, link] of (topology.spec.links ?? []).entries()) {
    for (const end of ['source', 'target'] as const) {
      if (known.has(link[end])) continue;
      const path = ['spec', 'links', index, end];
      file.problems.add(places.markValue(topology, path), path, `no node is named ${quote(link[end])}`, {
        expected: 'a node of this topology',
      });
    }
    const bandwidth = link.capabilities?.bandWidthBits;
    if (
      bandwidth !== undefined &&
      !(parseQuantity(bandwidth) >= 0 && parseQuantity(bandwidth) <= Number.MAX_SAFE_INTEGER)
    ) {
      const path = ['spec', 'links', index, 'capabilities', 'bandWidthBits'];
      file.problems.add(places.markValue(topology, path), path, `a bandwidth of ${bandwidth} bit/s`, {
        expected: 'at most 9 Pbit/s',
      });
    }
    const latency = link.capabilities?.latencyNanos;
    if (latency !== undefined && !(parseQuantity(latency) >= 0 && parseQuantity(latency) <= Number.MAX_SAFE_INTEGER)) {
      const path = ['spec', 'links', index, 'capabilities', 'latencyNanos'];
      file.problems.add(places.markValue(topology, path), path, `a latency of ${latency} ns`, {
        expected: 'at most 104 days',
      });
    }
  }
}

/** Zero values mean that nothing was measured: L2S-M's exporter skips them. */
function readLinks(
  { spec }: NetworkTopology,
  nodes: Map<string, 'COMPUTE' | 'NETWORK'>,
  pairs: Map<string, Pair>,
  counts: { links: number; loops: number; repeated: number },
): void {
  for (const { name, type = 'COMPUTE' } of spec.nodes) nodes.set(name, type);
  for (const { source, target, capabilities = {} } of spec.links ?? []) {
    counts.links++;
    if (source === target) {
      counts.loops++;
      continue;
    }
    const reverse = pairs.get(JSON.stringify([target, source]));
    const key = JSON.stringify([source, target]);
    const pair: Pair = reverse ?? pairs.get(key) ?? { from: source, to: target };
    const side = reverse === undefined ? 'forward' : 'backward';
    if (pair[side] !== undefined) {
      counts.repeated++;
      continue;
    }
    const { bandWidthBits, latencyNanos } = capabilities;
    pair[side] = {
      bps: bandWidthBits === undefined ? undefined : parseQuantity(bandWidthBits) || undefined,
      latencyNs: latencyNanos === undefined ? undefined : parseQuantity(latencyNanos) || undefined,
    };
    if (reverse === undefined) pairs.set(key, pair);
  }
}
