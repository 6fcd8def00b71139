import { formatMeasure } from '../../format.ts';
import { quotientText, unitOf, type Quotient } from '../../model/index.ts';
import type { Drawing } from '../drawing.ts';
import { color, seriesColor } from '../palette.ts';
import { composePicture, marginFor, shortNames, type Picture } from '../picture.ts';
import { durationScale, latencyScale, prefixScale } from '../scales.ts';
import { measureTitles, shortTitles, type MeasureEstimate } from '../variants.ts';
import { panelTitle, rowNames } from './rows.ts';

/** Rows that a picture has at most: those of a large sweep beyond are in the table alone. */
export const MOST_ROWS = 60;

/** A measure of all variants. */
export interface MeasureColumn {
  readonly quotient: Quotient;
  readonly estimates: readonly (MeasureEstimate | undefined)[];
}

/** Unit, size and title of a measure's axis. */
export function measureAxis(quotient: Quotient, largest: number) {
  const name = quotientText(quotient);
  const unit = unitOf(quotient);
  const title = shortTitles[name] ?? name;
  if (quotient.denominator !== undefined) return { title, unit: '%', size: 0.01 };
  if (unit === 'ns')
    return { title, ...(name.startsWith('requests.') ? latencyScale(largest) : durationScale(largest)) };
  return unit === null ? { title, unit: '', size: 1 } : { title, ...prefixScale(unit, largest) };
}

/** Measures of each variant as dots with their intervals, a chart a measure. */
export const estimatesByVariant = (
  drawing: Drawing,
  labels: readonly string[],
  columns: readonly MeasureColumn[],
  basis: string,
): Picture =>
  drawEstimates(drawing, labels, columns, {
    id: 'estimates',
    title: 'What each variant came to',
    says:
      `A dot is the value of a variant, the line its 95 % interval: ${basis} Each chart has its own axis, from zero where the measure is ` +
      'no latency; of few replications an interval may reach where no value can be, such as below zero.',
  });

/** The same of what governance did and took. */
export const governanceEstimates = (
  drawing: Drawing,
  labels: readonly string[],
  columns: readonly MeasureColumn[],
  basis: string,
): Picture =>
  drawEstimates(drawing, labels, columns, {
    id: 'governance-estimates',
    title: 'What governing took',
    says:
      'Messages between clusters; the mean time from the need of a choice of a cluster, or of a leave to place a pod, to it; the time in which applications ran in ' +
      `two clusters; the time in which policies were broken; as far as there were any. Dots and lines as above: ${basis}`,
  });

function drawEstimates(
  drawing: Drawing,
  labels: readonly string[],
  columns: readonly MeasureColumn[],
  about: { readonly id: string; readonly title: string; readonly says: string },
): Picture {
  const shown = labels.slice(0, MOST_ROWS);
  const text = ({ quotient, estimates }: MeasureColumn, i: number): string => {
    const estimate = estimates[i];
    if (estimate === undefined) return '–';
    const about = { unit: unitOf(quotient), measure: quotientText(quotient) };
    const value = formatMeasure(estimate.value, about);
    return estimate.interval === undefined
      ? value
      : `${value} (${formatMeasure(estimate.interval.low, about)} … ${formatMeasure(estimate.interval.high, about)})`;
  };
  const titles = columns.map(({ quotient }) => measureTitles[quotientText(quotient)] ?? quotientText(quotient));
  const rows = labels.map((label, i) => [label, ...columns.map((column) => text(column, i))]);
  const picture = {
    id: about.id,
    title: about.title,
    caption:
      about.says +
      (labels.length > MOST_ROWS
        ? ` The first ${MOST_ROWS} of ${labels.length} variants are drawn; all are in the table.`
        : ''),
    alt: `${rows
      .slice(0, 12)
      .map((row) => `${row[0]}: ${titles.map((title, i) => `${title} ${row[i + 1]}`).join(', ')}`)
      .join('. ')}.`,
    table: { head: ['', ...titles], rows },
  };
  return {
    ...picture,
    draw(width) {
      const names = shortNames(shown, width);
      const margin = marginFor([...names.values()]);
      const isNarrow = width < 500;
      const panelWidth = isNarrow ? width : Math.floor((width - margin) / columns.length);
      const panels = columns.map((column, c) =>
        drawColumn(drawing, column, shown, names, {
          width: isNarrow ? width : panelWidth + (c === 0 ? margin : 0),
          marginLeft: isNarrow || c === 0 ? margin : 12,
          hasNames: isNarrow || c === 0,
        }),
      );
      return composePicture(width, picture, [], isNarrow ? panels : [panels]);
    },
  };
}

function drawColumn(
  drawing: Drawing,
  { quotient, estimates }: MeasureColumn,
  labels: readonly string[],
  names: ReadonlyMap<string, string>,
  { width, marginLeft, hasNames }: { readonly width: number; readonly marginLeft: number; readonly hasNames: boolean },
): string {
  const { Plot } = drawing;
  const known = labels.flatMap((label, row) => {
    const estimate = estimates[row];
    return estimate === undefined ? [] : [{ row, label, ...estimate }];
  });
  const values = known.flatMap(({ value, interval }) => [value, interval?.low ?? value, interval?.high ?? value]);
  const axis = measureAxis(quotient, Math.max(0, ...values));
  const dots = known.map(({ row, value, interval }) => ({
    row,
    value: value / axis.size,
    low: (interval?.low ?? value) / axis.size,
    high: (interval?.high ?? value) / axis.size,
  }));
  const fromZero = quotient.denominator !== undefined || !quotientText(quotient).includes('latency');
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
      zero: fromZero,
      ticks: 3,
      ...(Math.max(...values) === Math.min(...values) ? { domain: aroundOne(values[0] ?? 0, axis.size) } : {}),
    },
    y: { domain: [-0.5, labels.length - 0.5], reverse: true, axis: null },
    marks: [
      Plot.ruleY(
        labels.map((_, row) => row),
        { stroke: color.grid },
      ),
      Plot.ruleX(fromZero ? [0] : [], { stroke: color.muted }),
      Plot.link(dots, { x1: 'low', x2: 'high', y: 'row', stroke: seriesColor(0), strokeWidth: 2, strokeOpacity: 0.75 }),
      Plot.dot(dots, { x: 'value', y: 'row', r: 4, fill: seriesColor(0) }),
      panelTitle(drawing, axis.unit === '' ? axis.title : `${axis.title}, ${axis.unit}`, width - marginLeft),
      ...(hasNames ? [rowNames(drawing, labels, names)] : []),
    ],
  });
}

/** An axis where all values are one. */
const aroundOne = (value: number, size: number): [number, number] =>
  value === 0 ? [0, 1] : [0, (1.25 * value) / size];
