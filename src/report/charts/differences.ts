import { formatMeasure, signedShare } from '../../format.ts';
import { quotientText, unitOf, type Quotient } from '../../model/index.ts';
import type { Drawing } from '../drawing.ts';
import { color, seriesColor } from '../palette.ts';
import { composePicture, marginFor, shortNames, type Picture } from '../picture.ts';
import { comparedMeasures, measureTitles, type VariantComparison } from '../variants.ts';
import { measureAxis, MOST_ROWS } from './estimates.ts';
import { panelTitle, rowNames } from './rows.ts';

interface Effect {
  readonly row: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly isSignificant: boolean;
}

/** Differences from the baseline with their intervals, a chart a measure. @returns undefined where none has an interval */
export function differencesFromBaseline(
  drawing: Drawing,
  comparisons: readonly VariantComparison[],
): Picture | undefined {
  const shown = comparisons.slice(0, MOST_ROWS);
  const columns = comparedMeasures.flatMap((quotient) => columnOf(quotient, shown));
  if (columns.length === 0) return undefined;
  const againsts = [...new Set(comparisons.map(({ against }) => against.label))];
  const labels = shown.map(({ variant }) => variant.label);
  const bases = new Set(
    shown.flatMap(({ measures }) =>
      measures.filter(({ difference }) => difference !== undefined).map(({ basis }) => basis),
    ),
  );
  const rows = comparisons.flatMap(({ variant, against, measures }) =>
    measures.map((measure) => [
      variant.label,
      against.label,
      measureTitles[measure.measure] ?? measure.measure,
      formatMeasure(measure.baseline, measure),
      formatMeasure(measure.other, measure),
      measure.difference?.relative === undefined ? '' : signedShare(measure.difference.relative.value),
      measure.difference === undefined
        ? ''
        : `${signedMeasure(measure.difference.difference, measure)} (${signedMeasure(measure.difference.low, measure)} … ${signedMeasure(measure.difference.high, measure)})`,
      measure.adjustedPValue === undefined ? '' : pText(measure.adjustedPValue),
    ]),
  );
  const picture = {
    id: 'differences',
    title: againsts.length === 1 ? `Differences from ${againsts[0]}` : 'Differences from the baseline',
    caption:
      `Each variant less ${againsts.length === 1 ? againsts[0] : 'its baseline, which the table names'}, with the 95 % interval of the difference (${[...bases].map((basis) => basisNames[basis]!).join('; ')}). ` +
      `In per cent of the baseline where that is not zero, otherwise in the measure's own unit. A filled dot: significant after Holm's correction for all ` +
      `comparisons of this page; a hollow one: it may be chance. ` +
      (comparisons.length > MOST_ROWS ? `The first ${MOST_ROWS} of ${comparisons.length} are drawn.` : ''),
    alt: `${rows
      .filter((row) => row[6] !== '')
      .slice(0, 16)
      .map((row) => `${row[0]} against ${row[1]}, ${row[2]}: ${row[6]}`)
      .join('. ')}.`,
    table: {
      head: ['variant', 'baseline', 'measure', 'baseline is', 'variant is', 'change', 'difference', 'p (Holm)'],
      rows,
    },
  };
  return {
    ...picture,
    draw(width) {
      const names = shortNames(labels, width);
      const margin = marginFor([...names.values()]);
      const isNarrow = width < 500;
      const panelWidth = Math.floor((width - margin) / columns.length);
      const panels = columns.map((column, c) =>
        drawColumn(drawing, column, labels, names, {
          width: isNarrow ? width : panelWidth + (c === 0 ? margin : 0),
          marginLeft: isNarrow || c === 0 ? margin : 12,
          hasNames: isNarrow || c === 0,
        }),
      );
      return composePicture(
        width,
        picture,
        [
          { label: 'significant', color: seriesColor(0), shape: 'dot' },
          { label: 'may be chance', color: seriesColor(0), shape: 'ring' },
        ],
        isNarrow ? panels : [panels],
      );
    },
  };
}

const basisNames: Readonly<Record<string, string>> = {
  seeds: 'paired by seed',
  runs: 'independent runs, Welch',
  'paired windows': 'one run each of the same seed, paired by windows of time: of these runs alone',
  windows: 'one run each, by windows of time: of these runs alone',
};

const pText = (p: number): string => (p < 0.001 ? '< 0.001' : String(Number(p.toPrecision(2))));

function signedMeasure(value: number, about: { readonly unit: string | null; readonly measure: string }): string {
  return `${value > 0 ? '+' : ''}${formatMeasure(value, about)}`;
}

interface Column {
  readonly title: string;
  readonly unit: string;
  readonly effects: readonly Effect[];
}

function columnOf(quotient: Quotient, comparisons: readonly VariantComparison[]): Column[] {
  const found = comparisons.flatMap(({ measures }, row) => {
    const measure = measures.find((each) => each.measure === quotientText(quotient));
    return measure?.difference === undefined ? [] : [{ row, ...measure, difference: measure.difference }];
  });
  // nothing to see where nothing ever differs
  if (found.every(({ difference: { low, high } }) => low === 0 && high === 0)) return [];
  const isRelative = found.every(({ difference }) => difference.relative !== undefined);
  const largest = Math.max(...found.flatMap(({ difference: { low, high } }) => [Math.abs(low), Math.abs(high)]));
  const { title, unit, size } = measureAxis(quotient, largest);
  const effects = found.map(({ row, difference, isSignificant }): Effect => {
    const { value, low, high } = isRelative
      ? difference.relative!
      : { value: difference.difference, low: difference.low, high: difference.high };
    const scale = isRelative ? 0.01 : size;
    return { row, value: value / scale, low: low / scale, high: high / scale, isSignificant };
  });
  const unitText = isRelative ? '%' : unitOf(quotient) === null && unit === '%' ? '% points' : unit;
  return [{ title, unit: unitText, effects }];
}

function drawColumn(
  drawing: Drawing,
  { title, unit, effects }: Column,
  labels: readonly string[],
  names: ReadonlyMap<string, string>,
  { width, marginLeft, hasNames }: { readonly width: number; readonly marginLeft: number; readonly hasNames: boolean },
): string {
  const { Plot } = drawing;
  return drawing.plot({
    width,
    height: labels.length * 19 + 76,
    marginLeft,
    marginRight: 24,
    marginTop: 30,
    marginBottom: 40,
    x: {
      label: null,
      nice: true,
      zero: true,
      ticks: 3,
      tickFormat: (tick: number) => `${tick > 0 ? '+' : ''}${Number(tick.toPrecision(4))}`,
    },
    y: { domain: [-0.5, labels.length - 0.5], reverse: true, axis: null },
    marks: [
      Plot.ruleY(
        labels.map((_, row) => row),
        { stroke: color.grid },
      ),
      Plot.ruleX([0], { stroke: color.ink }),
      Plot.link(effects, { x1: 'low', x2: 'high', y: 'row', stroke: seriesColor(0), strokeWidth: 2 }),
      Plot.dot(effects, {
        x: 'value',
        y: 'row',
        r: 4,
        stroke: seriesColor(0),
        strokeWidth: 2,
        fill: ({ isSignificant }: Effect) => (isSignificant ? seriesColor(0) : color.paper),
      }),
      panelTitle(drawing, `${title}, ${unit}`, width - marginLeft),
      ...(hasNames ? [rowNames(drawing, labels, names)] : []),
    ],
  });
}
