import { formatCount, formatDuration } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import { color, seriesColor, seriesDash } from '../palette.ts';
import { composePicture, type Picture } from '../picture.ts';
import { latencyAcross, latencyAxis } from './latency-axis.ts';

/** Durations of one kind, ns, ascending; at least one. */
export interface TimeSample {
  readonly label: string;
  readonly valuesNs: readonly number[];
}

/** Points that a curve has at most: two a pixel show nothing more. */
const MOST_POINTS = 500;

/**
 * Empirical distribution functions of durations, one a sample.
 * @param about what takes so long, and from when to when
 */
export function timeDistribution(
  drawing: Drawing,
  about: { readonly name: string; readonly meaning: string; readonly verdict?: string },
  samples: readonly TimeSample[],
): Picture {
  const longestNs = Math.max(1, ...samples.map(({ valuesNs }) => valuesNs.at(-1)!));
  // from 0: what takes no time at all has no place on a logarithmic axis
  const axis = latencyAxis(longestNs, longestNs);
  const rows = samples.map(({ label, valuesNs }) => [
    label,
    formatCount(valuesNs.length),
    formatDuration(valuesNs.reduce((sum, value) => sum + value, 0) / valuesNs.length),
    ...[0, 0.5, 0.9, 1].map((q) => formatDuration(valuesNs[Math.round(q * (valuesNs.length - 1))]!)),
  ]);
  const picture = {
    id: `time-${about.name}`,
    title: `Time until ${about.name}`,
    caption: `The share of pods whose time ${about.meaning} was not above the value on the axis (empirical distribution function).${about.verdict === undefined ? '' : ` The verdict: ${about.verdict}.`}`,
    alt: `Distribution functions of the time ${about.meaning}. ${rows.map((row) => `${row[0]}: mean ${row[2]}, median ${row[4]}`).join('. ')}.`,
    table: { head: ['', 'pods', 'mean', 'shortest', 'median', '90 %', 'longest'], rows },
  };
  return {
    ...picture,
    draw(width) {
      const { Plot } = drawing;
      const svg = drawing.plot({
        width,
        height: Math.min(320, Math.max(220, width * 0.42)),
        marginLeft: 46,
        marginRight: 20,
        marginTop: 26,
        marginBottom: 40,
        x: { ...latencyAcross(axis, width), label: `time in ${axis.unit}` },
        y: { label: 'share of pods, %', labelArrow: 'none', domain: [0, 100], ticks: 5 },
        marks: [
          Plot.gridY({ stroke: color.grid, strokeOpacity: 1, ticks: 5 }),
          Plot.ruleY([0], { stroke: color.muted }),
          ...samples.map(({ valuesNs }, i) =>
            Plot.line(stepsOf(valuesNs, longestNs), {
              x: ({ valueNs }: Step) => valueNs / axis.size,
              y: ({ share }: Step) => 100 * share,
              z: null,
              curve: 'step-after',
              stroke: seriesColor(i),
              strokeWidth: 2,
              strokeDasharray: seriesDash(i),
            }),
          ),
        ],
      });
      const legend = samples.map(({ label }, i) => ({
        label,
        color: seriesColor(i),
        shape: 'line' as const,
        dash: seriesDash(i),
      }));
      return composePicture(width, picture, legend, [svg]);
    },
  };
}

interface Step {
  readonly valueNs: number;
  readonly share: number;
}

/** The steps of the distribution function up to `longestNs`; of many values those are left out that no picture can show. */
function stepsOf(valuesNs: readonly number[], longestNs: number): Step[] {
  const count = valuesNs.length;
  const every = Math.max(1, Math.floor(count / MOST_POINTS));
  const steps: Step[] = [{ valueNs: valuesNs[0]!, share: 0 }];
  for (let i = 0; i < count; i++)
    if (i % every === 0 || i === count - 1) steps.push({ valueNs: valuesNs[i]!, share: (i + 1) / count });
  return [...steps, { valueNs: longestNs, share: 1 }];
}
