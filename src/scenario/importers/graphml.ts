import { asin, cos, sin, type Nanoseconds } from '../../kernel/index.ts';
import { quote } from '../validation.ts';
import type { Draft, Importer, ImportOptions } from './importer.ts';
import type { ImportedFile } from './imported-file.ts';
import { scenarioHead } from './scenario-head.ts';
import { readXml } from './xml.ts';
import { bandwidthText, comment, durationText, inline, listing, NameMaker } from './yaml-text.ts';

/** Mean radius of the Earth, m: R1 of the IUGG's reference ellipsoid. */
const EARTH_RADIUS_M = 6_371_008.8;
const RADIANS = Math.PI / 180;
/** Light in glass fibre: two thirds of that in vacuum, m/s. */
const FIBRE_SPEED_MPS = (2 / 3) * 299_792_458;
const DEFAULT_BANDWIDTH_BPS = 10e9;

interface Site {
  readonly id: string;
  readonly line: number;
  readonly label: string;
  readonly isInternal: boolean;
  readonly latitude?: number;
  readonly longitude?: number;
}

interface Edge {
  readonly source: string;
  readonly target: string;
  readonly line: number;
  readonly data: ReadonlyMap<string, string>;
}

/**
 * Topologies in GraphML with the attributes of the Internet Topology Zoo. Source: Knight et al., The Internet Topology
 * Zoo, IEEE JSAC 29(9), 2011; the attributes are those of its published files.
 */
export const graphml: Importer = {
  description: 'A network in GraphML with the attributes of the Internet Topology Zoo.',
  files: ['topology.graphml'],
  draft(files, options) {
    const [file] = files as [ImportedFile];
    const graph = readGraph(file);
    return draftOf(file, graph, options);
  },
};

interface Graph {
  readonly sites: readonly Site[];
  readonly edges: readonly Edge[];
  readonly others: ReadonlyMap<string, number>;
}

function readGraph(file: ImportedFile): Graph {
  const keys = new Map<string, string>();
  const sites = new Map<string, Site>();
  const edges: Edge[] = [];
  const others = new Map<string, number>();
  let current: { kind: 'node' | 'edge'; line: number; attributes: Readonly<Record<string, string>> } | undefined;
  let data = new Map<string, string>();
  let key: string | undefined;
  readXml(file, 'graphml', {
    open({ name, attributes, line }) {
      if (name === 'key') keys.set(attributes['id'] ?? '', attributes['attr.name'] ?? attributes['id'] ?? '');
      else if (name === 'node' || name === 'edge') {
        current = { kind: name, line, attributes };
        data = new Map();
      } else if (name === 'data') {
        const id = attributes['key'] ?? '';
        key = keys.get(id) ?? id;
      } else if (['hyperedge', 'port', 'endpoint'].includes(name)) others.set(name, (others.get(name) ?? 0) + 1);
    },
    close(name, text) {
      if (name === 'data' && key !== undefined) data.set(key, text);
      if (current === undefined || name !== current.kind) return;
      const { attributes, line } = current;
      current = undefined;
      if (name === 'node') addSite(file, sites, attributes['id'], line, data);
      else {
        const { source, target } = attributes;
        if (source === undefined || target === undefined)
          file.report(line, 'an edge without source and target', '<edge source="..." target="...">');
        else edges.push({ source, target, line, data });
      }
    },
  });
  for (const { source, target, line } of edges)
    for (const end of new Set([source, target]))
      if (!sites.has(end)) file.report(line, `no node has the id ${quote(end)}`, 'the id of a node of this graph');
  if (sites.size === 0 && file.problems.length === 0) file.reportWhole('a graph without nodes', 'at least one <node>');
  file.problems.throwIfAny();
  return { sites: [...sites.values()], edges, others };
}

function addSite(
  file: ImportedFile,
  sites: Map<string, Site>,
  id: string | undefined,
  line: number,
  data: ReadonlyMap<string, string>,
): void {
  if (id === undefined) return file.report(line, 'a node without an id', '<node id="...">');
  const first = sites.get(id);
  if (first !== undefined)
    return file.report(line, `the id ${quote(id)} is taken`, `an id of its own: line ${first.line} has this one`);
  const degrees = (attribute: string, most: number): number | undefined => {
    const text = data.get(attribute);
    if (text === undefined || text === '') return undefined;
    const value = Number(text);
    if (Number.isFinite(value) && Math.abs(value) <= most) return value;
    file.report(line, `${attribute} is ${quote(text)}`, `degrees from -${most} to ${most}`);
    return undefined;
  };
  const [latitude, longitude] = [degrees('Latitude', 90), degrees('Longitude', 180)];
  sites.set(id, {
    id,
    line,
    label: data.get('label') || id,
    isInternal: !/^0(\.0*)?$/.test(data.get('Internal') ?? ''),
    ...(latitude === undefined || longitude === undefined ? {} : { latitude, longitude }),
  });
}

function draftOf(file: ImportedFile, { sites, edges, others }: Graph, options: ImportOptions): Draft {
  const { defaultLatencyNs, defaultBandwidthBps = DEFAULT_BANDWIDTH_BPS } = options;
  const usable = sites.filter((site) => isPlaced(site) || site.isInternal || defaultLatencyNs !== undefined);
  const peers = sites.length - usable.length;
  const kept = largestPart(usable, edges);
  const apart = usable.length - kept.length;
  if (defaultLatencyNs === undefined) {
    for (const site of kept)
      if (!isPlaced(site))
        file.report(
          site.line,
          `node ${quote(site.label)} has no coordinates`,
          'Latitude and Longitude, or the option --default-latency',
        );
    file.problems.throwIfAny();
  }
  if (!kept.some((site) => site.isInternal)) {
    file.reportWhole('no node of the network itself', 'a node whose Internal is not 0');
    file.problems.throwIfAny();
  }
  const makeName = new NameMaker('site');
  const names = new Map(kept.map((site) => [site.id, makeName.make(site.label)]));
  const byId = new Map(kept.map((site) => [site.id, site]));
  const position = ({ latitude, longitude }: Site) =>
    latitude === undefined ? undefined : { lat: latitude, lon: longitude };
  const linkNames = new NameMaker('link');
  const counts = { loops: 0, toOthers: 0, speeds: 0, defaulted: 0, guessed: 0, parallel: 0 };
  const pairs = new Set<string>();
  const types = new Map<string, number>();
  const links = edges.flatMap((edge) => {
    if (edge.source === edge.target) return (counts.loops++, []);
    const [from, to] = [byId.get(edge.source), byId.get(edge.target)];
    if (from === undefined || to === undefined) return (counts.toOthers++, []);
    const speed = speedBps(file, edge);
    counts[speed === undefined ? 'defaulted' : 'speeds']++;
    const distance = isPlaced(from) && isPlaced(to) ? fibreLatencyNs(from, to) : undefined;
    if (distance === undefined) counts.guessed++;
    const type = edge.data.get('LinkType');
    if (type !== undefined) types.set(type, (types.get(type) ?? 0) + 1);
    const [a, b] = [names.get(from.id)!, names.get(to.id)!];
    const pair = [a, b].toSorted().join(' ');
    if (pairs.size === pairs.add(pair).size) counts.parallel++;
    return [
      {
        name: linkNames.make(`${a}-${b}`),
        from: a,
        to: b,
        bandwidth: bandwidthText(speed ?? defaultBandwidthBps),
        latency: durationText(distance ?? defaultLatencyNs!),
      },
    ];
  });
  file.problems.throwIfAny();
  const notes = [
    `read ${sites.length} nodes and ${edges.length} edges; wrote ${kept.length} places and ${links.length} links`,
    `latency: great-circle distance at 2/3 of the speed of light${counts.guessed > 0 ? `; ${counts.guessed} links without coordinates got ${durationText(defaultLatencyNs!)}` : ''}`,
    `bandwidth: ${counts.speeds} links state one (LinkSpeedRaw in bit/s, LinkSpeed with LinkSpeedUnits, or LinkLabel); ${counts.defaulted} got ${bandwidthText(defaultBandwidthBps)}`,
    'each node of the network became a cluster with one server of 8 cores and 32Gi, nodes outside of it switches: own assumption',
    ...(peers > 0 ? [`left out: ${peers} outside nodes without coordinates`] : []),
    ...(apart > 0 ? [`left out: ${apart} nodes that no edge joins to the largest part`] : []),
    ...(counts.toOthers > 0 ? [`left out: ${counts.toOthers} edges to nodes that are left out`] : []),
    ...(counts.parallel > 0
      ? [`${counts.parallel} edges between nodes that another joins too: links of their own`]
      : []),
    ...(counts.loops > 0 ? [`left out: ${counts.loops} edges from a node to itself`] : []),
    ...[...others].map(([element, count]) => `left out: ${count} elements <${element}>`),
    ...(types.size > 0
      ? [`LinkType has no effect: ${[...types].map(([type, count]) => `${count} ${type}`).join(', ')}`]
      : []),
  ];
  const inside = kept.filter((site) => site.isInternal);
  const outside = kept.filter((site) => !site.isInternal);
  const clusters = inside.map((site) => ({
    name: names.get(site.id)!,
    at: position(site),
    nodes: [{ class: 'server' }],
  }));
  const switches = outside.map((site) => ({ name: names.get(site.id)!, at: position(site) }));
  const text = `${scenarioHead(file, options, notes, '10m')}
  infrastructure:
    nodeClasses:
      server: ${inline({ cpu: 8, memory: '32Gi' })}   # own assumption: the topology does not speak of servers
    clusters:
${listing(clusters, 6)}
${switches.length === 0 ? '' : `    switches:\n${listing(switches, 6)}\n`}    links: ${links.length === 0 ? '[]' : `\n${listing(links, 6)}`}
${comment(['Add applications and users: codeco-sim explain spec.apps, codeco-sim explain spec.users'], 2)}
`;
  return { text, notes };
}

/** The nodes of the largest connected part, of two that are alike the first. */
function largestPart(sites: readonly Site[], edges: readonly Edge[]): Site[] {
  const root = new Map(sites.map(({ id }) => [id, id]));
  const find = (id: string): string => {
    let top = id;
    while (root.get(top) !== top) top = root.get(top)!;
    for (let at = id; at !== top;) {
      const next = root.get(at)!;
      root.set(at, top);
      at = next;
    }
    return top;
  };
  for (const { source, target } of edges)
    if (root.has(source) && root.has(target)) root.set(find(target), find(source));
  const sizes = new Map<string, number>();
  for (const { id } of sites) sizes.set(find(id), (sizes.get(find(id)) ?? 0) + 1);
  const largest = [...sizes].reduce((best, part) => (part[1] > best[1] ? part : best), ['', 0] as [string, number])[0];
  return sites.filter(({ id }) => find(id) === largest);
}

type PlacedSite = Site & { readonly latitude: number; readonly longitude: number };
const isPlaced = (site: Site): site is PlacedSite => site.latitude !== undefined;

/** Great-circle distance by the haversine formula (Sinnott, Virtues of the Haversine, Sky and Telescope 68, 1984), m. */
export function greatCircleM(
  from: { readonly latitude: number; readonly longitude: number },
  to: { readonly latitude: number; readonly longitude: number },
): number {
  const sinLat = sin(((to.latitude - from.latitude) * RADIANS) / 2);
  const sinLon = sin(((to.longitude - from.longitude) * RADIANS) / 2);
  const square = sinLat * sinLat + cos(from.latitude * RADIANS) * cos(to.latitude * RADIANS) * sinLon * sinLon;
  return 2 * EARTH_RADIUS_M * asin(Math.min(1, Math.sqrt(square)));
}

function fibreLatencyNs(from: PlacedSite, to: PlacedSite): Nanoseconds {
  return Math.ceil((greatCircleM(from, to) / FIBRE_SPEED_MPS) * 1e9) as Nanoseconds;
}

const PREFIXES: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** The bandwidth that an edge states, bit/s; undefined where it states none. */
function speedBps(file: ImportedFile, { data, line }: Edge): number | undefined {
  const [raw, speed] = ['LinkSpeedRaw', 'LinkSpeed'].map((attribute) => {
    const text = data.get(attribute);
    if (text === undefined || text === '') return undefined;
    const value = Number(text);
    if (Number.isFinite(value) && value >= 0) return value;
    file.report(line, `${attribute} is ${quote(text)}`, 'a number of at least 0');
    return undefined;
  });
  if (raw !== undefined && raw >= 1) return boundedBps(file, line, raw);
  const units = data.get('LinkSpeedUnits');
  if (speed !== undefined && speed > 0 && units !== undefined) {
    const scale = PREFIXES[units.charAt(0).toUpperCase()];
    if (scale !== undefined) return boundedBps(file, line, speed * scale);
    file.report(line, `LinkSpeedUnits is ${quote(units)}`, 'one of K, M, G, T, for bit/s');
    return undefined;
  }
  const label = /(\d+(?:\.\d+)?)\s*([KMGT])(?:b(?:it)?(?:ps|\/s)|\b)/i.exec(data.get('LinkLabel') ?? '');
  const labelled = label === null ? 0 : Number(label[1]) * PREFIXES[label[2]!.toUpperCase()]!;
  return labelled >= 1 ? boundedBps(file, line, labelled) : undefined;
}

function boundedBps(file: ImportedFile, line: number, bps: number): number | undefined {
  if (bps >= 1 && bps <= Number.MAX_SAFE_INTEGER) return Math.round(bps);
  file.report(line, `a bandwidth of ${bps} bit/s`, 'from 1 bit/s to 9 Pbit/s');
  return undefined;
}
