import type { Drawing } from '../drawing.ts';
import { color, MOST_SERIES, seriesColor, seriesDash } from '../palette.ts';
import { numericValues, type NumericValues } from '../parameter-values.ts';
import { composePicture, type Picture } from '../picture.ts';
import { measureTitles, type Variant } from '../variants.ts';
import { quotientText } from '../../model/index.ts';
import { measureAxis, type MeasureColumn } from './estimates.ts';
import { panelTitle } from './rows.ts';

/** Pictures of numeric parameters at most: each has one of its own. */
const MOST_PARAMETERS = 3;
/** Where the largest value is so many times the smallest the axis of a parameter is logarithmic. */
const LOGARITHMIC_FROM = 30;

interface Series {
  readonly label: string;
  /** Places of its variants, by rising value of the parameter. */
  readonly members: readonly number[];
}

/** How the measures of a sweep follow each parameter that is a number, a line for each combination of the others. */
export function responseCurves(
  drawing: Drawing,
  variants: readonly Variant[],
  columns: readonly MeasureColumn[],
  basis: string,
): Picture[] {
  const names = [...new Set(variants.flatMap(({ cell }) => Object.keys(cell.parameters)))];
  const parameters = names.flatMap((name) => {
    const texts = variants.map(({ cell }) => cell.parameters[name] ?? null);
    const numbers = texts.includes(null) ? undefined : numericValues(texts);
    return numbers === undefined ? [] : [{ name, numbers }];
  });
  return parameters
    .slice(0, MOST_PARAMETERS)
    .map(({ name, numbers }) => curve(drawing, variants, columns, basis, name, numbers));
}

function curve(
  drawing: Drawing,
  variants: readonly Variant[],
  columns: readonly MeasureColumn[],
  basis: string,
  parameter: string,
  numbers: NumericValues,
): Picture {
  const all = seriesOf(variants, parameter, numbers.values);
  const long = all.filter(({ members }) => members.length > 1);
  const areLines = 2 * long.length > all.length;
  const step = Math.ceil(long.length / MOST_SERIES);
  const series = areLines
    ? long.filter((_, s) => s % step === 0)
    : [{ label: '', members: all.flatMap(({ members }) => members) }];
  const label = numbers.unit === '' ? parameter : `${parameter}, ${numbers.unit}`;
  const positive = numbers.values.every((value) => value > 0);
  const isLogarithmic = positive && Math.max(...numbers.values) / Math.min(...numbers.values) > LOGARITHMIC_FROM;
  const picture = {
    id: `response-to-${parameter.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`,
    title: `What follows ${parameter}`,
    caption:
      (areLines
        ? `Each measure over the values of ${parameter}${all.length > 1 ? `, ${step > 1 ? `${series.length} of ${long.length} lines, one` : 'a line'} for each combination of the other parameters` : ''}; the band is the 95 % interval: ${basis} Between the dots nothing was simulated.`
        : `Each measure over the values of ${parameter}; a dot is a cell of the sweep, whose other parameters differ as well, with its 95 % interval: ${basis}`) +
      (isLogarithmic ? ` The axis of ${parameter} is logarithmic.` : ''),
    alt: columns
      .map(({ quotient, estimates }) => {
        const values = estimates.flatMap((estimate, v) =>
          estimate === undefined ? [] : [{ value: estimate.value, at: numbers.values[v]! }],
        );
        const top = values.reduce((a, b) => (b.value > a.value ? b : a));
        return `${measureTitles[quotientText(quotient)] ?? quotientText(quotient)} is highest at ${top.at} ${numbers.unit}`;
      })
      .join('; '),
  };
  return {
    ...picture,
    draw(width) {
      const perRow = width < 500 ? 1 : 2;
      const panelWidth = Math.floor(width / perRow);
      const panels = columns.map((column) =>
        drawResponse(drawing, column, series, numbers.values, areLines, {
          width: panelWidth,
          label,
          isLogarithmic,
        }),
      );
      const rows = Array.from({ length: Math.ceil(panels.length / perRow) }, (_, r) =>
        panels.slice(r * perRow, (r + 1) * perRow),
      );
      const legend =
        areLines && all.length > 1
          ? series.map(({ label: name }, s) => ({
              label: name,
              color: seriesColor(s),
              shape: 'line' as const,
              dash: seriesDash(s),
            }))
          : [];
      return composePicture(width, picture, legend, rows);
    },
  };
}

function seriesOf(variants: readonly Variant[], parameter: string, values: readonly number[]): Series[] {
  const groups = new Map<string, number[]>();
  for (const [v, { cell }] of variants.entries()) {
    const rest = Object.entries(cell.parameters).filter(([name]) => name !== parameter);
    const label = rest.map(([name, value]) => `${name} ${String(value)}`).join(', ');
    const members = groups.get(label);
    if (members === undefined) groups.set(label, [v]);
    else members.push(v);
  }
  return [...groups].map(([label, members]) => ({
    label,
    members: members.toSorted((a, b) => values[a]! - values[b]!),
  }));
}

function drawResponse(
  drawing: Drawing,
  { quotient, estimates }: MeasureColumn,
  series: readonly Series[],
  values: readonly number[],
  areLines: boolean,
  frame: { readonly width: number; readonly label: string; readonly isLogarithmic: boolean },
): string {
  const { Plot } = drawing;
  const known = estimates.flatMap((estimate) => (estimate === undefined ? [] : [estimate]));
  const axis = measureAxis(quotient, Math.max(0, ...known.map(({ value }) => value)));
  const title = axis.unit === '' ? axis.title : `${axis.title}, ${axis.unit}`;
  const [marginLeft, marginRight] = [54, 18];
  return drawing.plot({
    width: frame.width,
    height: 210,
    marginLeft,
    marginRight,
    marginTop: 34,
    marginBottom: 44,
    x: {
      type: frame.isLogarithmic ? 'log' : 'linear',
      label: frame.label,
      labelArrow: 'none',
      labelAnchor: 'center',
      ticks: 5,
      nice: !frame.isLogarithmic,
      ...(frame.isLogarithmic ? { tickFormat: (tick: number) => String(Number(tick.toPrecision(3))) } : {}),
    },
    y: { label: null, zero: true, nice: true, ticks: 4 },
    marks: [
      Plot.gridY({ stroke: color.grid, strokeOpacity: 1, ticks: 4 }),
      Plot.ruleY([0], { stroke: color.muted }),
      ...series.flatMap(({ members }, s) => {
        const points = members.flatMap((v) => {
          const estimate = estimates[v];
          if (estimate === undefined) return [];
          const { value, interval } = estimate;
          const [low, high] = [interval?.low ?? value, interval?.high ?? value].map((end) => end / axis.size);
          return [{ x: values[v]!, y: value / axis.size, low: low!, high: high! }];
        });
        const stroke = seriesColor(s);
        return [
          ...(areLines
            ? [
                Plot.areaY(points, { x: 'x', y1: 'low', y2: 'high', fill: stroke, fillOpacity: 0.18 }),
                Plot.line(points, { x: 'x', y: 'y', stroke, strokeWidth: 2, strokeDasharray: seriesDash(s) }),
              ]
            : [Plot.link(points, { x1: 'x', x2: 'x', y1: 'low', y2: 'high', stroke, strokeOpacity: 0.5 })]),
          Plot.dot(points, { x: 'x', y: 'y', r: areLines ? 2.8 : 3.2, fill: stroke }),
        ];
      }),
      panelTitle(drawing, title, frame.width - marginLeft - marginRight),
    ],
  });
}
