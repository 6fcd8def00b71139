import { timeNames, type Fidelity, type TimeFidelity } from '../experiment/index.ts';
import { formatDuration, formatShare, significant } from '../format.ts';
import { readManifest, readScenario } from '../results/index.ts';
import { timeDistribution } from './charts/time-distribution.ts';
import { loadDrawing } from './drawing.ts';
import type { ResolvedScenario } from './facts/run.ts';
import { parametersOf } from './parameters.ts';
import type { Report } from './report.ts';

/** Column heads of `fidelityCells`. */
export const fidelityHead = [
  'time',
  'pods',
  'simulated',
  'real',
  'Kolmogorov-Smirnov',
  'Wasserstein-1',
  'expected',
  'p',
] as const;

/** One duration that was compared, as people read it. */
export function fidelityCells(each: TimeFidelity): string[] {
  const { time, counts, means, kolmogorovSmirnov: ks, wasserstein: w, expectedWasserstein, adjustedPValue } = each;
  return [
    time,
    `${counts[0]} / ${counts[1]}`,
    formatDuration(means[0]),
    formatDuration(means[1]),
    `${significant(ks.value)} (${significant(ks.low)} … ${significant(ks.high)})`,
    `${formatDuration(w.value)} (${formatDuration(w.low)} … ${formatDuration(w.high)})`,
    expectedWasserstein === undefined ? '' : `≤ ${formatDuration(expectedWasserstein)}`,
    significant(adjustedPValue),
  ];
}

/** How far placements agree, in sentences. */
export function placementSentences({ placement }: Fidelity): string[] {
  if (placement === undefined) return ['No run has placed a pod.'];
  const { value, low, high, exact, expected, verdict } = placement;
  const among =
    expected === undefined
      ? ''
      : ` Simulated runs agree with each other in ${formatShare(expected.mean)} (${formatShare(expected.low)} … ${formatShare(expected.high)}).`;
  return [
    `Placement: ${formatShare(value)} (${formatShare(low)} … ${formatShare(high)}) of the pods agree, ties set aside; ${formatShare(exact)} are on the very node.${among} Verdict: ${verdict}.`,
  ];
}

/** How links that were measured are beside what was configured, in sentences. */
export const linkSentences = ({ links }: Fidelity): string[] =>
  links.map(({ quantity, ways, configured, measured, difference: { value, low, high }, worst, verdict }) => {
    const text = (amount: number): string =>
      quantity === 'bandwidth'
        ? `${significant(amount / 1e6)} Mbit/s`
        : `${amount < 0 ? '-' : ''}${formatDuration(Math.abs(amount))}`;
    const interval = low === undefined || high === undefined ? '' : ` (${text(low)} … ${text(high)})`;
    return (
      `Links, ${quantity} of ${ways} ${ways === 1 ? 'way' : 'ways'}: ${text(measured)} measured, ${text(configured)} configured on average, ${text(value)}${interval} apart; ` +
      `furthest off ${worst.from} to ${worst.to}, ${text(worst.measured)} of ${text(worst.configured)}. Verdict: ${verdict}.`
    );
  });

/**
 * The fidelity of simulated runs to real ones as a report.
 * @param command that makes it again, word by word
 * @throws {ResultsError} if the scenario of the first simulated run cannot be read
 */
export async function makeFidelityReport(fidelity: Fidelity, command: readonly string[]): Promise<Report> {
  const { simulated, real, times, missing, notApplied, samples, confidence } = fidelity;
  const drawing = await loadDrawing();
  const [first] = simulated as [string];
  const manifest = readManifest(first);
  const { scenario } = readScenario(first, manifest) as { scenario: ResolvedScenario };
  return {
    title: `How true the simulation of ${manifest.name} is`,
    question: 'Does the simulation place pods where a real cluster does, and do they take as long?',
    answer: [
      ...placementSentences(fidelity),
      ...times.map(
        (each) =>
          `${each.time}: ${formatDuration(each.means[0])} simulated, ${formatDuration(each.means[1])} real on average. Verdict: ${each.verdict}.`,
      ),
      ...linkSentences(fidelity),
    ],
    answerBasis: `Intervals are of ${100 * confidence} %: Wilson's for placement, bootstrap percentiles for distances, Student's for links. P-values are Smirnov's, corrected for their number (Holm). What is expected is how far simulated runs of other seeds are from each other.`,
    facts: [
      ['simulated', simulated.join(', ')],
      ['real', real.join(', ')],
    ],
    pictures: times.flatMap(({ time, verdict }) => {
      const { simulated: simulatedNs, real: realNs } = samples[time];
      // what takes no time anywhere is no curve
      if (simulatedNs.at(-1) === 0 && realNs.at(-1) === 0) return [];
      return timeDistribution(drawing, { name: time, meaning: timeNames[time], verdict }, [
        { label: 'simulated', valuesNs: simulatedNs },
        { label: 'real', valuesNs: realNs },
      ]);
    }),
    missing: [
      ...missing.map(({ time, why }) => `the time ${timeNames[time]} (${time}): ${why}`),
      ...notApplied.map((note) => `not applied in the replay: ${note}`),
    ],
    isRepeatable: false,
    parameters: parametersOf(scenario.spec),
    commands: [command.join(' ')],
  };
}
