import { compareCells } from '../experiment/index.ts';
import { formatCount, formatMeasure, signedShare } from '../format.ts';
import { quotientText, unitOf, type Quotient } from '../model/index.ts';
import {
  comparedMeasures,
  estimateOf,
  measureTitles,
  type MeasureEstimate,
  type Variant,
  type VariantComparison,
} from './variants.ts';

/** Sentences about differences from the baseline. */
const MOST_SENTENCES = 6;
/** Variants that cannot be told apart and are all named. */
const MOST_NAMED = 3;

const [, latency, failures] = comparedMeasures as readonly [Quotient, Quotient, Quotient];

interface Ranked extends MeasureEstimate {
  readonly variant: Variant;
}

/**
 * What may be said of variants: which to choose, the extremes, and what differs significantly from the baseline.
 * @param why sentences that explain the extremes
 */
export async function answerOfVariants(
  variants: readonly Variant[],
  comparisons: readonly VariantComparison[],
  why: readonly string[],
): Promise<string[]> {
  const told = comparisons
    .filter(({ isSameRun }) => isSameRun !== true)
    .slice(0, MOST_SENTENCES)
    .map(sentenceOf);
  const same = comparisons
    .filter(({ isSameRun }) => isSameRun === true)
    .map(({ variant, against }) => `${variant.label} is the same run as ${against.label}: every event is equal.`);
  const left = comparisons.length - told.length - same.length;
  return [
    ...(await choiceOf(variants)),
    ...extremesOf(variants),
    ...why,
    ...told,
    ...same,
    ...(left > 0 ? [`${formatCount(left)} more comparisons are in the table of differences.`] : []),
  ];
}

/**
 * Which variant to choose if failures count first and latency second: those whose share of failed requests is not
 * significantly above the lowest, and of these, those whose 95th percentile is not significantly above the lowest of them.
 * Each step corrects for its comparisons (Holm). The order of the measures is own design.
 * @returns nothing where intervals are not known, or failures are all alike zero and latencies cannot be told apart
 */
async function choiceOf(variants: readonly Variant[]): Promise<string[]> {
  const byFailures = ranked(variants, failures);
  const byLatency = ranked(variants, latency);
  if (byFailures.length < 2 || byLatency.length < 2) return [];
  const fewest = await notAbove(byFailures, failures);
  if (fewest === undefined) return [];
  const fastest = await notAbove(
    byLatency.filter(({ variant }) => fewest.includes(variant)),
    latency,
  );
  if (fastest === undefined || fastest.length === 0 || fastest.length === variants.length) return [];
  const lowest = byFailures[0]!;
  const doFail = byFailures.at(-1)!.value > 0;
  const areMany = fastest.length > MOST_NAMED;
  const chosen = fastest.slice(0, areMany ? 1 : MOST_NAMED).map((variant) => {
    const failed = byFailures.find((each) => each.variant === variant)!;
    const slow = byLatency.find((each) => each.variant === variant)!;
    const share =
      failed === lowest || failed.value === lowest.value
        ? doFail
          ? `the fewest requests fail, ${text(failures, failed)}`
          : 'no request fails'
        : `${text(failures, failed)} of requests fail, not significantly more than the fewest (${lowest.variant.label}, ${text(failures, { value: lowest.value })})`;
    return `${variant.label}: ${share}; 95 of 100 are answered within ${text(latency, slow)}`;
  });
  const which = areMany
    ? `one of ${formatCount(fastest.length)} variants that cannot be told apart, such as `
    : fastest.length > 1
      ? 'one of these, which cannot be told apart: '
      : '';
  return [`If failures count first and latency second, choose ${which}${chosen.join('. ')}.`];
}

function ranked(variants: readonly Variant[], quotient: Quotient): Ranked[] {
  return variants
    .flatMap((variant) => {
      const estimate = estimateOf(quotient, variant);
      return estimate === undefined ? [] : [{ variant, ...estimate }];
    })
    .toSorted((a, b) => a.value - b.value);
}

/** The variants whose measure is not significantly above the lowest. @returns undefined where that is not known of one */
async function notAbove(sorted: readonly Ranked[], quotient: Quotient): Promise<Variant[] | undefined> {
  const [lowest, ...others] = sorted;
  if (lowest === undefined) return [];
  const equal = others.filter(({ value }) => value === lowest.value);
  const above = others.filter(({ value }) => value > lowest.value);
  const compared = await compareCells(
    above.map(({ variant }) => [lowest.variant.cell, variant.cell] as const),
    { measures: [quotient] },
  );
  if (compared.some(({ measures: [measure] }) => measure?.difference === undefined)) return undefined;
  const close = above.filter((_, i) => !compared[i]!.measures[0]!.isSignificant);
  return [lowest, ...equal, ...close].map(({ variant }) => variant);
}

function extremesOf(variants: readonly Variant[]): string[] {
  const byLatency = ranked(variants, latency);
  if (byLatency.length === 0) return ['No variant answered a request.'];
  const named = (quotient: Quotient, { variant, ...estimate }: Ranked) =>
    `${variant.label}, ${text(quotient, estimate)}`;
  if (byLatency.length === 1) return [`The 95th percentile of latency: ${named(latency, byLatency[0]!)}.`];
  const byFailures = ranked(variants, failures);
  return [
    ...((byFailures.at(-1)?.value ?? 0) > byFailures[0]!.value
      ? [
          `The lowest share of failed requests of ${formatCount(byFailures.length)} variants: ${named(failures, byFailures[0]!)}; the highest: ${named(failures, byFailures.at(-1)!)}.`,
        ]
      : []),
    byLatency[0]!.value === byLatency.at(-1)!.value
      ? `The 95th percentile of latency is the same in all ${formatCount(byLatency.length)} variants: ${text(latency, { value: byLatency[0]!.value })}.`
      : `The lowest 95th percentile of latency of ${formatCount(byLatency.length)} variants: ${named(latency, byLatency[0]!)}; the highest: ${named(latency, byLatency.at(-1)!)}.`,
  ];
}

function text(quotient: Quotient, { value, interval }: MeasureEstimate): string {
  const format = (each: number) => formatMeasure(each, { unit: unitOf(quotient), measure: quotientText(quotient) });
  return interval === undefined
    ? format(value)
    : `${format(value)} (${format(interval.low)} … ${format(interval.high)})`;
}

/** What may be said of a variant against its baseline: what is significant, and what is not known. */
function sentenceOf({ variant, against, measures }: VariantComparison): string {
  const significant = measures.filter(({ isSignificant }) => isSignificant);
  const parts = significant.map(({ measure, difference, unit }) => {
    const { difference: by, low, high, relative } = difference!;
    const sign = (value: number) => `${value > 0 ? '+' : ''}${formatMeasure(value, { unit, measure })}`;
    const size =
      relative === undefined
        ? `${sign(by)} (${sign(low)} … ${sign(high)})`
        : `${signedShare(relative.value)} (${signedShare(relative.low)} … ${signedShare(relative.high)})`;
    return `${measureTitles[measure]} ${size}`;
  });
  const without = measures.every(({ difference }) => difference === undefined);
  const head = `${variant.label} against ${against.label}: `;
  if (without) return `${head}one run each and nothing to divide, so how much is chance is not known.`;
  if (parts.length === 0) return `${head}no significant difference.`;
  return `${head}${parts.join(', ')}.`;
}
