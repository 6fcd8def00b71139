import { median, quantile, rollup } from 'd3-array';
import { estimateByWindows, type Interval } from '../experiment/index.ts';
import { formatCount, formatDuration, formatEnergy, formatShare, significant } from '../format.ts';
import { FAILED_SHARE } from '../model/index.ts';
import { waitOf } from './facts/pods.ts';
import type { RunFacts } from './facts/run.ts';

export const CONFIDENCE_TEXT =
  'Intervals in brackets are of 95 % confidence. Of one run they come from its windows of time, are of this run alone, and ' +
  'say nothing of other seeds; for that there are replications (`codeco-sim sweep`).';

/** A value with its interval, as `48.5 ms (47.1 ms … 50 ms)`. */
export function withInterval(value: number, interval: Interval | undefined, format: (value: number) => string): string {
  return interval === undefined
    ? format(value)
    : `${format(value)} (${format(interval.low)} … ${format(interval.high)})`;
}

/** An interval without what no share can be: it holds the truth as often. */
const withinShares = ({ low, high }: Interval): Interval => ({ low: Math.max(0, low), high: Math.min(1, high) });

/** What was seen of a real cluster, in sentences: of what nobody observed they say nothing. */
export function answerOfObservation({ pods = [], row, durationNs }: RunFacts): string[] {
  const sinceNs = pods.filter(({ createdNs, readyNs }) => createdNs > 0 && readyNs > 0);
  const took = median(sinceNs, ({ createdNs, readyNs }) => readyNs - createdNs);
  const waiting = row['pods_unschedulable'] as number;
  return [
    `A real cluster was observed for ${formatDuration(durationNs)}. It ran ${formatCount(pods.filter(({ node }) => node !== null).length)} pods` +
      `${waiting > 0 ? `, and ${formatCount(waiting)} had no place at the end` : ''}.` +
      (took === undefined
        ? ''
        : ` Of those created meanwhile ${formatCount(sinceNs.length)} became ready, half of them within ${formatDuration(took)} of their creation.`),
  ];
}

/** What one run came to, in sentences. */
export async function answerOfRun(run: RunFacts): Promise<string[]> {
  const { row } = run;
  const sent = row['requests_sent'] as number;
  const succeeded = row['requests_succeeded'] as number;
  const failed = row['requests_failed'] as number;
  const energyJ = row['energy_j'] as number | null;
  const energy =
    energyJ === null
      ? 'The energy of a real cluster is not measured.'
      : `All nodes together used ${formatEnergy(energyJ)}, ${significant(energyJ / (run.durationNs / 1e9))} W in the mean.`;
  const unschedulable = row['pods_unschedulable'] as number;
  const waiting =
    unschedulable === 0
      ? []
      : [`${formatCount(unschedulable)} ${unschedulable === 1 ? 'pod' : 'pods'} had no place at the end.`];
  const rest = [...waiting, ...governed(row), energy];
  if (sent === 0) return [...answerOfPods(run), 'No request was sent after the warm-up.', ...rest];
  const compared = { seed: run.manifest.seed, folder: run.folder, row };
  const p95 = await estimateByWindows({ numerator: 'requests.latency.p95' }, compared);
  const share = await estimateByWindows(FAILED_SHARE, compared);
  const p95Ns = row['latency_p95_ns'] as number | null;
  const answered =
    p95Ns === null
      ? 'and none was answered'
      : `95 of 100 answered within ${withInterval(p95Ns, p95, signedDuration)}, half of them within ${formatDuration(row['latency_p50_ns'] as number)}`;
  const failures =
    failed === 0
      ? 'none failed'
      : `${formatCount(failed)} failed, ${withInterval(failed / sent, share && withinShares(share), formatShare)}`;
  const open = sent - succeeded - failed;
  const unfinished = open === 0 ? '' : `, and ${formatCount(open)} ${open === 1 ? 'was' : 'were'} under way at the end`;
  const ofWhat = run.warmupNs > 0 ? ' after the warm-up' : '';
  return [`Of ${formatCount(sent)} requests${ofWhat} ${failures}${unfinished}; ${answered}.`, ...rest];
}

const soon = (ns: number): string => (ns === 0 ? 'at once' : `within ${formatDuration(ns)}`);

/** What became of the pods of a run that is about them: how long they waited for a node, and why they are gone. */
function answerOfPods({ pods = [] }: RunFacts): string[] {
  const placed = pods.filter(({ scheduledNs }) => !Number.isNaN(scheduledNs));
  if (placed.length === 0) return [];
  const waits = placed.map(waitOf).map(({ fromNs, toNs }) => toNs - fromNs);
  const gone = rollup(
    pods.filter(({ reason }) => reason !== null),
    (own) => own.length,
    ({ reason }) => reason!,
  );
  const reasons = [...gone].map(([reason, count]) => `${formatCount(count)} ${reason}`);
  const end = reasons.length === 0 ? 'all were there at the end' : `gone before the end: ${reasons.join(', ')}`;
  return [
    `Of ${formatCount(pods.length)} pods ${formatCount(placed.length)} found a node, half of them ${soon(quantile(waits, 0.5)!)}, ` +
      `95 of 100 ${soon(quantile(waits, 0.95)!)} after their creation; ${end}.`,
  ];
}

/** What governance did not keep from happening, where it did not. */
function governed(row: RunFacts['row']): string[] {
  const sentence = (what: string, count: unknown, lastedNs: unknown) =>
    typeof count !== 'number' || count === 0
      ? []
      : [
          `${what} ${count === 1 ? 'once' : `${formatCount(count)} times`}, for ${formatDuration(lastedNs as number)} together.`,
        ];
  return [
    ...sentence('Policies were broken', row['policy_violations'], row['policy_violation_ns']),
    ...sentence('Two clusters ran the same application', row['duplicates'], row['duplicate_ns']),
  ];
}

/** A duration, or one below zero, as ends of intervals may be. */
const signedDuration = (ns: number): string => (ns < 0 ? `−${formatDuration(-ns)}` : formatDuration(ns));
