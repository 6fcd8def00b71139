import { group, rollup } from 'd3-array';
import type { World } from '../../model/index.ts';
import { formatCount, formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import type { PodSpan } from '../facts/pods.ts';
import { color, MOST_SERIES, seriesColor } from '../palette.ts';
import { composePicture, marginFor, shortNames, type Picture } from '../picture.ts';
import { timeScale, windowNs } from '../scales.ts';
import { drawField } from './field.ts';
import { faultEdges, faultEdgesLegend, timeAxis, type Timeline } from './time-axis.ts';

/** Beyond these each pod has no bar of its own any more. */
const MOST_BARS = 120;
const MOST_LANES = 60;
/** Beyond this many nodes rows are clusters; beyond as many clusters, the fullest of them. */
const MOST_ROWS = 40;
const MOST_WINDOWS = 80;
const PENDING = 'no node yet';

/** Which pod was where and when: a bar a pod where they are few, a field of counts where they are many. */
export function placement(drawing: Drawing, pods: readonly PodSpan[], world: World, time: Timeline): Picture {
  const lanes = lay(pods, world, time.durationNs);
  const bars = lanes.reduce((sum, { bars: own }) => sum + own.length, 0);
  const deepest = lanes.reduce((sum, { depth }) => sum + depth, 0);
  return bars <= MOST_BARS && deepest <= MOST_LANES
    ? placementBars(drawing, pods, lanes, time)
    : placementField(drawing, pods, world, time);
}

interface Bar {
  readonly pod: string;
  readonly service: string;
  readonly fromNs: number;
  readonly readyNs: number;
  readonly toNs: number;
  /** Its place among the bars of its node. */
  readonly lane: number;
}

interface Lane {
  readonly node: string;
  readonly depth: number;
  readonly bars: readonly Bar[];
}

/** Puts pods onto their nodes, below one another where they are there at once; waiting ones onto a row of their own. */
function lay(pods: readonly PodSpan[], world: World, durationNs: number): Lane[] {
  const rows = new Map<string, Omit<Bar, 'lane'>[]>();
  for (const name of [...world.nodes.map((node) => node.name), PENDING]) rows.set(name, []);
  for (const { pod, service, node, createdNs, scheduledNs, readyNs, endNs } of pods) {
    const boundNs = Number.isNaN(scheduledNs) ? endNs : scheduledNs;
    // waiting that no picture can show is none
    if (boundNs - createdNs > durationNs / 1000) {
      rows.get(PENDING)!.push({ pod, service, fromNs: createdNs, readyNs: NaN, toNs: boundNs });
    }
    if (node !== null) rows.get(node)?.push({ pod, service, fromNs: boundNs, readyNs, toNs: endNs });
  }
  return [...rows].flatMap(([node, own]) => {
    if (own.length === 0) return [];
    const ends: number[] = [];
    const bars = own
      .toSorted((a, b) => a.fromNs - b.fromNs)
      .map((bar): Bar => {
        const free = ends.findIndex((end) => end <= bar.fromNs);
        const lane = free < 0 ? ends.length : free;
        ends[lane] = bar.toNs;
        return { ...bar, lane };
      });
    return [{ node, depth: ends.length, bars }];
  });
}

const lastOf = (names: ReadonlyMap<string, number>) => [...names].toSorted((a, b) => b[1] - a[1]);

function summaryOf(pods: readonly PodSpan[], durationNs: number) {
  const moved = rollup(
    pods.filter(({ reason }) => reason !== null),
    (own) => own.length,
    ({ reason }) => reason!,
  );
  const waiting = pods.filter(({ node }) => node === null).length;
  const nodes = new Set(pods.map(({ node }) => node).filter((node) => node !== null)).size;
  const atEnd = pods.filter(({ reason, node }) => reason === null && node !== null).length;
  const gone = lastOf(moved).map(([reason, count]) => `${formatCount(count)} gone (${reason})`);
  return [
    `${formatCount(pods.length)} pods on ${formatCount(nodes)} nodes over ${formatDuration(durationNs)}`,
    `${formatCount(atEnd)} placed at the end`,
    ...gone,
    ...(waiting > 0 ? [`${formatCount(waiting)} never had a node`] : []),
  ].join(', ');
}

function tableOf(pods: readonly PodSpan[]) {
  const most = 200;
  const rows = pods
    .slice(0, most)
    .map(({ pod, node, createdNs, scheduledNs, readyNs, endNs, reason }) => [
      pod,
      node ?? '–',
      formatDuration(createdNs),
      Number.isNaN(scheduledNs) ? '–' : formatDuration(scheduledNs),
      Number.isNaN(readyNs) ? '–' : formatDuration(readyNs),
      reason === null ? 'at the end' : `${formatDuration(endNs)}: ${reason}`,
    ]);
  const left = pods.length - rows.length;
  return {
    head: ['pod', 'node', 'created', 'bound', 'ready', 'gone'],
    rows: left > 0 ? [...rows, [`… and ${formatCount(left)} more: see the table pods`, '', '', '', '', '']] : rows,
  };
}

function placementBars(drawing: Drawing, pods: readonly PodSpan[], lanes: readonly Lane[], time: Timeline): Picture {
  const { size } = timeScale(time.durationNs);
  const services = lastOf(
    rollup(
      pods,
      (own) => own.length,
      ({ service }) => service,
    ),
  ).map(([service]) => service);
  const shown = services.length <= MOST_SERIES ? services.toSorted() : services.slice(0, MOST_SERIES - 1).toSorted();
  const colorOf = (service: string) => seriesColor(shown.includes(service) ? shown.indexOf(service) : MOST_SERIES - 1);
  const alt = `${summaryOf(pods, time.durationNs)}. ${[...group(pods, ({ node }) => node ?? 'no node')]
    .slice(0, 12)
    .map(([node, own]) => `${node}: ${own.length}`)
    .join(', ')}.`;
  const picture = {
    id: 'placement',
    title: 'Which pod ran where',
    caption:
      'A bar is a pod on its node, from its binding to its end, coloured by its service; pale until it was first ready. ' +
      `Nodes stand in the order of the scenario, those without a pod are left out${lanes.some(({ node }) => node === PENDING) ? '; pods that waited for a node stand in a row of their own' : ''}.` +
      (services.length > MOST_SERIES
        ? ` The ${MOST_SERIES - 1} services with the most pods have colours of their own.`
        : ''),
    alt,
    table: tableOf(pods),
  };
  return {
    ...picture,
    draw(width) {
      const { Plot } = drawing;
      const names = shortNames(
        lanes.map(({ node }) => node),
        width,
      );
      const laneHeight = 13;
      let y = 0;
      const placed = lanes.map((lane) => {
        const at = y;
        y += lane.depth + 0.7;
        return { ...lane, at };
      });
      const bars = placed.flatMap(({ at, bars: own }) =>
        own.map((bar) => ({
          ...bar,
          y1: at + bar.lane + 0.08,
          y2: at + bar.lane + 0.92,
          from: bar.fromNs / size,
          to: bar.toNs / size,
          ready: (Number.isNaN(bar.readyNs) ? bar.toNs : Math.min(bar.readyNs, bar.toNs)) / size,
        })),
      );
      const marginLeft = marginFor([...names.values()]);
      const rect = (x1: string, x2: string, fillOpacity: number) =>
        Plot.rect(bars, {
          x1,
          x2,
          y1: 'y1',
          y2: 'y2',
          fill: ({ service }: Bar) => colorOf(service),
          fillOpacity,
          ...(fillOpacity < 1 ? {} : { title: ({ pod }: Bar) => pod }),
        });
      const svg = drawing.plot({
        width,
        height: Math.ceil(y * laneHeight) + 62,
        marginLeft,
        marginRight: 16,
        marginTop: 12,
        marginBottom: 44,
        x: timeAxis(time, width, true),
        y: { domain: [0, y], reverse: true, axis: null },
        marks: [
          Plot.gridX({ stroke: color.grid, strokeOpacity: 1, ticks: width < 500 ? 5 : 10 }),
          Plot.ruleY(placed.slice(1), { y: ({ at }: Lane & { at: number }) => at - 0.35, stroke: color.grid }),
          Plot.text(placed, {
            x: 0,
            y: ({ at, depth }: Lane & { at: number }) => at + depth / 2,
            text: ({ node }: Lane) => names.get(node)!,
            textAnchor: 'end',
            dx: -8,
            fill: color.ink,
            fontSize: 12,
          }),
          rect('from', 'ready', 0.35),
          rect('ready', 'to', 1),
          ...faultEdges(drawing, time),
        ],
      });
      const legend = shown.map((service) => ({ label: service, color: colorOf(service), shape: 'box' as const }));
      if (services.length > shown.length) legend.push({ label: 'others', color: colorOf(''), shape: 'box' });
      return composePicture(width, picture, [...legend, ...faultEdgesLegend(time)], [svg]);
    },
  };
}

/** Counts of pods by row and window of time, from their bindings and ends alone. */
function placementField(drawing: Drawing, pods: readonly PodSpan[], world: World, time: Timeline): Picture {
  const used = new Set(pods.map(({ node }) => node));
  const nodes = world.nodes.filter(({ name }) => used.has(name));
  const byNode = nodes.length <= MOST_ROWS;
  const width = windowNs(time.durationNs, MOST_WINDOWS);
  const count = Math.max(1, Math.ceil(time.durationNs / width));
  const nodesOf = rollup(
    world.nodes,
    (own) => own.length,
    ({ cluster }) => world.clusters[cluster]!.name,
  );
  const rows = new Map<string, Float64Array>();
  for (const { node, cluster, scheduledNs, endNs } of pods) {
    if (node === null || Number.isNaN(scheduledNs)) continue;
    const name = byNode ? node : cluster!;
    let row = rows.get(name);
    if (row === undefined) rows.set(name, (row = new Float64Array(count)));
    // the mean number of pods over a window: a pod counts by the share of the window that it was there
    for (let w = Math.floor(scheduledNs / width); w < count && w * width < endNs; w++) {
      row[w]! += (Math.min(endNs, (w + 1) * width) - Math.max(scheduledNs, w * width)) / width;
    }
  }
  const order = byNode
    ? nodes.map(({ name }) => name)
    : world.clusters.map(({ name }) => name).filter((name) => rows.has(name));
  const total = (name: string) => rows.get(name)!.reduce((sum, value) => sum + value, 0);
  const fullest =
    order.length > MOST_ROWS ? new Set(order.toSorted((a, b) => total(b) - total(a)).slice(0, MOST_ROWS)) : undefined;
  const shown = order.filter((name) => rows.has(name) && fullest?.has(name) !== false);
  const most = Math.max(1, ...shown.map((name) => rows.get(name)!.reduce((a, b) => Math.max(a, b), 0)));
  const what = byNode ? 'node' : 'cluster';
  const left = order.length - shown.length;
  const picture = {
    id: 'placement',
    title: 'Where pods ran',
    caption:
      `The mean number of pods on each ${what} in windows of ${formatDuration(width)}, as there are too many pods for a bar each` +
      `${byNode ? '' : ` and too many nodes for a row each (more than ${MOST_ROWS})`}. ` +
      `${left > 0 ? `The ${shown.length} fullest of ${order.length} ${what}s are shown. ` : ''}The darkest step is the highest mean, ${formatCount(Math.round(most))} pods; steps are of equal width.`,
    alt: `${summaryOf(pods, time.durationNs)}. Most pods at once: ${shown
      .toSorted((a, b) => total(b) - total(a))
      .slice(0, 5)
      .map((name) => `${name} ${formatCount(Math.round(rows.get(name)!.reduce((a, b) => Math.max(a, b), 0)))}`)
      .join(', ')}.`,
    table: {
      head: [what, ...(byNode ? [] : ['nodes']), 'pods, mean', 'pods, highest window'],
      rows: shown.map((name) => [
        name,
        ...(byNode ? [] : [formatCount(nodesOf.get(name) ?? 0)]),
        String(Math.round((10 * total(name)) / count) / 10),
        String(Math.round(10 * rows.get(name)!.reduce((a, b) => Math.max(a, b), 0)) / 10),
      ]),
    },
  };
  return {
    ...picture,
    draw(pixels) {
      return drawField(
        drawing,
        pixels,
        picture,
        time,
        width,
        most,
        shown.map((name) => ({ name, values: rows.get(name)! })),
        'pods',
      );
    },
  };
}
