import type { Drawing } from '../drawing.ts';
import { color, rampColors } from '../palette.ts';
import { composePicture, marginFor, shortNames } from '../picture.ts';
import { timeScale } from '../scales.ts';
import { faultEdges, faultEdgesLegend, timeAxis, type Timeline } from './time-axis.ts';

/** A field of colour: a row a thing, a column a window of time. */
export function drawField(
  drawing: Drawing,
  width: number,
  picture: { readonly id: string; readonly alt: string },
  time: Timeline,
  window: number,
  most: number,
  rows: readonly { readonly name: string; readonly values: ArrayLike<number> }[],
  unit: string,
): string {
  const { Plot } = drawing;
  const { size } = timeScale(time.durationNs);
  const names = shortNames(
    rows.map(({ name }) => name),
    width,
  );
  const steps = rampColors.length;
  const stepOf = (value: number) => Math.min(steps - 1, Math.floor((value / most) * steps));
  // neighbours of the same step are one rectangle: a tenth of the bytes
  const cells = rows.flatMap(({ name, values }, r) => {
    const spans: { name: string; r: number; from: number; to: number; step: number }[] = [];
    for (let w = 0; w < values.length; w++) {
      const value = values[w]!;
      if (Number.isNaN(value)) continue;
      const step = stepOf(value);
      const last = spans.at(-1);
      const [from, to] = [(w * window) / size, Math.min(time.durationNs, (w + 1) * window) / size];
      if (last !== undefined && last.step === step && last.to === from) last.to = to;
      else spans.push({ name, r, from, to, step });
    }
    return spans;
  });
  const svg = drawing.plot({
    width,
    height: rows.length * 17 + 60,
    marginLeft: marginFor([...names.values()]),
    marginRight: 16,
    marginTop: 10,
    marginBottom: 44,
    x: timeAxis(time, width, true),
    y: { domain: [0, rows.length], reverse: true, axis: null },
    marks: [
      Plot.rect(cells, {
        x1: 'from',
        x2: 'to',
        y1: ({ r }: (typeof cells)[number]) => r + 0.06,
        y2: ({ r }: (typeof cells)[number]) => r + 0.94,
        fill: ({ step }: (typeof cells)[number]) => rampColors[step]!,
      }),
      Plot.text(rows, {
        x: 0,
        y: (_: unknown, r: number) => r + 0.5,
        text: ({ name }: { name: string }) => names.get(name)!,
        textAnchor: 'end',
        dx: -8,
        fill: color.ink,
        fontSize: 12,
      }),
      ...faultEdges(drawing, time),
    ],
  });
  const legend = rampColors.map((fill, step) => ({
    label: `${round((most * step) / steps)} to ${round((most * (step + 1)) / steps)}${step === steps - 1 ? ` ${unit}` : ''}`,
    color: fill,
    shape: 'box' as const,
  }));
  return composePicture(width, picture, [...legend, ...faultEdgesLegend(time)], [svg]);
}

const round = (value: number): string => String(Number(value.toPrecision(2)));
