import { timeNames, type Fidelity } from '../experiment/index.ts';
import { fidelityCells, fidelityHead, linkSentences, placementSentences } from '../report/index.ts';
import { formatTable } from './table.ts';

/** A fidelity report as text: placement, then each duration with its distances, intervals and verdict. */
export function formatFidelity(fidelity: Fidelity): string {
  const { simulated, real, times, missing, notApplied, confidence } = fidelity;
  const lines = [
    `${counted(simulated.length, 'simulated run')} against ${counted(real.length, 'real one')}; intervals of ${100 * confidence} %`,
    '',
  ];
  lines.push(...placementSentences(fidelity), '');
  if (times.length > 0) {
    lines.push(formatTable(fidelityHead, times.map(fidelityCells)).trimEnd(), '');
    for (const { time, verdict } of times) lines.push(`${time}, ${timeNames[time]}: ${verdict}`);
  }
  lines.push(...linkSentences(fidelity));
  for (const { time, why } of missing) lines.push(`${time}: not compared, ${why}`);
  for (const note of notApplied) lines.push(`not applied: ${note}`);
  return `${lines.join('\n')}\n`;
}

/** One row a comparison, for programs. */
export function fidelityRows({ placement, times, links }: Fidelity): Record<string, unknown>[] {
  const ofTimes = times.map(({ time, means, kolmogorovSmirnov: ks, wasserstein: w, adjustedPValue, verdict }) => ({
    what: time,
    simulated_ns: means[0],
    real_ns: means[1],
    ks: ks.value,
    ks_low: ks.low,
    ks_high: ks.high,
    wasserstein_ns: w.value,
    wasserstein_low_ns: w.low,
    wasserstein_high_ns: w.high,
    adjusted_p_value: adjustedPValue,
    verdict,
  }));
  const ofLinks = links.map(({ quantity, ways, configured, measured, difference, verdict }) => ({
    what: quantity,
    ways,
    configured,
    measured,
    difference: difference.value,
    difference_low: difference.low,
    difference_high: difference.high,
    verdict,
  }));
  if (placement === undefined) return [...ofTimes, ...ofLinks];
  const { value, low, high, exact, expected, verdict } = placement;
  const bands = { expected_low: expected?.low, expected_high: expected?.high };
  return [
    { what: 'placement', agreement: value, agreement_low: low, agreement_high: high, exact, ...bands, verdict },
    ...ofTimes,
    ...ofLinks,
  ];
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
