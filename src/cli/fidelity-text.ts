import { timeNames, type Fidelity } from '../experiment/index.ts';
import { fidelityCells, fidelityHead, placementSentences } from '../report/index.ts';
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
  for (const { time, why } of missing) lines.push(`${time}: not compared, ${why}`);
  for (const note of notApplied) lines.push(`not applied: ${note}`);
  return `${lines.join('\n')}\n`;
}

/** One row a comparison, for programs. */
export function fidelityRows({ placement, times }: Fidelity): Record<string, unknown>[] {
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
  if (placement === undefined) return ofTimes;
  const { value, low, high, exact, expected, verdict } = placement;
  const bands = { expected_low: expected?.low, expected_high: expected?.high };
  return [
    { what: 'placement', agreement: value, agreement_low: low, agreement_high: high, exact, ...bands, verdict },
    ...ofTimes,
  ];
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
