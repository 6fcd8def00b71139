import { group } from 'd3-array';
import { requestOutcomes } from '../dynamics/index.ts';
import type { Run } from '../simulate.ts';
import { formatCount, formatDuration, formatEnergy, formatShare, significant } from '../format.ts';
import type { Io } from './io.ts';
import { bar } from './pictures.ts';
import { formatTable } from './table.ts';

const MOST_NODES = 12;
const MOST_PENDING = 5;

/** What a run came to, for people; with bars where the terminal shows them. */
export function formatSummary(
  run: Run,
  wallMs: number,
  { colors: { bold }, pictureWidth: width = 0 }: Pick<Io, 'colors' | 'pictureWidth'>,
): string {
  const { world, measures, outcomes, placement, digest, eventCount } = run;
  const sent = measures.requests_sent;
  const after = world.warmupNs > 0 ? `, after ${formatDuration(world.warmupNs)} of warm-up` : '';
  const lines = [
    `${bold(world.name)}: ${formatDuration(world.durationNs)} simulated in ${formatDuration(wallMs * 1e6)} (${formatCount(eventCount)} events)`,
    `  ${count(world.clusters.length, 'cluster')}, ${count(world.nodes.length, 'node')}, ${count(world.links.length, 'link')}, ` +
      `${count(world.accessPoints.length, 'access point')}, ${count(world.users.length, 'user')}, ${count(world.apps.length, 'application')}`,
    '',
    `${bold('Requests')}${after}`,
    `  sent ${formatCount(sent)}, answered ${formatCount(measures.requests_succeeded)} (${sent === 0 ? '–' : formatShare(measures.requests_succeeded / sent)})`,
  ];
  const latencies = [
    ['mean', measures.latency_mean_ns],
    ['p50', measures.latency_p50_ns],
    ['p95', measures.latency_p95_ns],
    ['p99', measures.latency_p99_ns],
    ['max', measures.latency_max_ns],
  ] as const;
  if (measures.requests_succeeded > 0) {
    lines.push(...latencyLines(latencies, width));
  }
  const failures = requestOutcomes.filter((name) => name !== 'ok' && (outcomes[name] ?? 0) > 0);
  const causes = failures.map((name) => `${formatCount(outcomes[name]!)} ${name}`).join(', ');
  const meanW = measures.energy_j / (world.durationNs / 1e9);
  lines.push(
    `  failures ${causes === '' ? 'none' : causes}`,
    ...attemptsText(measures),
    ...reservationsText(run.reservations),
    '',
    `${bold('Placement at the end')}\n${placementText(placement, width)}`,
    ...movementLines(run, bold),
    `${bold('Energy')} ${formatEnergy(measures.energy_j)} (${significant(meanW)} W on average, all nodes)${energyText(measures)}`,
    `${bold('Digest')} ${digest}`,
  );
  return `${lines.join('\n')}\n`;
}

/** How users and nodes fared on radio; nothing where nothing of that kind happened. */
function movementLines({ measures }: Run, bold: Io['colors']['bold']): string[] {
  const { handovers, ping_pongs, outage_handovers, coverage_losses, uncovered_ns } = measures;
  if (handovers === 0 && coverage_losses === 0 && uncovered_ns === 0) return [];
  return [
    `${bold('Radio')} ${count(handovers, 'handover')} (${count(ping_pongs, 'ping-pong')}, ${formatCount(outage_handovers)} for outages), ` +
      `coverage lost ${count(coverage_losses, 'time')}, ${formatDuration(uncovered_ns)} out of coverage in all`,
  ];
}

/** Network energy, carbon, cost and empty batteries, each where the scenario has it. */
function energyText({ network_energy_j, carbon_g, cost, battery_depletions }: Run['measures']): string {
  const parts = [
    network_energy_j > 0 ? `network ${formatEnergy(network_energy_j)}` : '',
    carbon_g > 0 ? `${significant(carbon_g)} g CO2e` : '',
    cost > 0 ? `cost ${significant(cost)}` : '',
    battery_depletions > 0 ? `${count(battery_depletions, 'time')} an empty battery took a node down` : '',
  ];
  return parts.map((part) => (part === '' ? '' : `, ${part}`)).join('');
}

/** What callers did about slow and failed calls; nothing where they did nothing. */
function attemptsText({ retries, timeouts, retries_over_budget, overloaded }: Run['measures']): string[] {
  const counts = {
    'timed out': timeouts,
    overloaded,
    retried: retries,
    'not retried for want of budget': retries_over_budget,
  };
  const told = Object.entries(counts).filter(([, value]) => value > 0);
  if (told.length === 0) return [];
  return [`  attempts ${told.map(([name, value]) => `${formatCount(value)} ${name}`).join(', ')}`];
}

function reservationsText({ full, partial, refused, taken }: Run['reservations']): string[] {
  if (full + partial + refused + taken === 0) return [];
  const names = { full, partial, refused, 'best effort beside another of the channel': taken };
  const counts = Object.entries(names).filter(([, value]) => value > 0);
  return [`  reservations ${counts.map(([name, value]) => `${formatCount(value)} ${name}`).join(', ')}`];
}

function placementText(placement: Run['placement'], width: number): string {
  const placed = placement.filter(({ node }) => node !== undefined);
  const byNode = group(placed, ({ node }) => node!);
  const rows = [...byNode].map(
    ([node, pods]) => [node, pods.length, shorten(pods.map(({ pod }) => pod).join(' '))] as const,
  );
  const most = Math.max(1, ...rows.map(([, pods]) => pods));
  const shown = rows.slice(0, MOST_NODES);
  const more =
    rows.length > shown.length ? `  … and ${rows.length - shown.length} more nodes: see the table pods\n` : '';
  const table = formatTable(
    width === 0 ? ['node', 'pods', 'which'] : ['node', 'pods', '', 'which'],
    // a third of the width: what is on the node comes after it
    width === 0 ? shown : shown.map(([node, pods, which]) => [node, pods, bar(pods / most, width / 3), which]),
  )
    .replace(/^/gm, '  ')
    .trimEnd();
  const pending = placement
    .filter(({ node }) => node === undefined)
    .map(({ pod, message }) => `  ${pod} has no node: ${message === '' ? 'not scheduled yet' : message}\n`);
  const shownPending = pending.slice(0, MOST_PENDING).join('');
  const morePending =
    pending.length > MOST_PENDING ? `  … and ${pending.length - MOST_PENDING} more pods without a node\n` : '';
  return `${placed.length > 0 ? `${table}\n` : ''}${more}${shownPending}${morePending}`;
}

/** Latencies in one line, or each with a bar of its share of the highest. */
function latencyLines(
  latencies: readonly (readonly [name: string, ns: number | null | undefined])[],
  width: number,
): string[] {
  if (width === 0)
    return [`  latency ${latencies.map(([name, ns]) => `${name} ${formatDuration(ns ?? 0)}`).join(', ')}`];
  const highest = Math.max(1, ...latencies.map(([, ns]) => ns ?? 0));
  const rows = latencies.map(([name, ns]) => [name, formatDuration(ns ?? 0), bar((ns ?? 0) / highest, width)]);
  const widest = Math.max(...rows.map(([, text]) => text!.length));
  return rows.map(([name, text, drawn], i) =>
    `  ${(i === 0 ? 'latency' : '').padEnd(8)}${name!.padEnd(5)}${text!.padStart(widest)}  ${drawn}`.trimEnd(),
  );
}

function shorten(text: string): string {
  return text.length > 70 ? `${text.slice(0, 69)}…` : text;
}

function count(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? '' : 's'}`;
}
