import { formatCount, formatDuration, formatEnergy, formatShare, significant } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import type { NodeFacts } from '../facts/nodes.ts';
import { color, seriesColor, seriesDash } from '../palette.ts';
import { composePicture, type Picture } from '../picture.ts';
import { prefixScale, timeScale } from '../scales.ts';
import { stackedLayers } from './stack.ts';
import { faultEdges, timeAxis, timeBackground, timeLegend, type Timeline } from './time-axis.ts';

const UNMEASURED = 'not measured';

/** What a real cluster does not tell is no number. */
const measured = (value: number, format: (value: number) => string): string =>
  Number.isNaN(value) ? UNMEASURED : format(value);

/** CPU in use and requested, and power, of each tier of the infrastructure over time. */
export function tiersOverTime(
  drawing: Drawing,
  { tiers, tiersAre, windowNs, energyJ }: NodeFacts,
  time: Timeline,
): Picture {
  const { size } = timeScale(time.durationNs);
  const known = (values: readonly number[]) => values.filter((value) => !Number.isNaN(value));
  const mean = (values: readonly number[]) =>
    known(values).length === 0 ? NaN : known(values).reduce((sum, value) => sum + value, 0) / known(values).length;
  const totals = tiers[0]!.powerW.map((_, i) => tiers.reduce((sum, { powerW }) => sum + (powerW[i] || 0), 0));
  const highestW = Math.max(0, ...totals);
  const power = prefixScale('W', highestW);
  const hasPower = highestW > 0;
  const rows = tiers.map(({ name, nodes, utilization, requested, powerW }) => [
    name,
    formatCount(nodes),
    measured(mean(utilization), formatShare),
    known(utilization).length === 0 ? UNMEASURED : formatShare(Math.max(0, ...known(utilization))),
    measured(mean(requested), formatShare),
    measured(mean(powerW), (watts) => `${significant(watts)} W`),
    measured(energyJ.get(name)!, formatEnergy),
  ]);
  const alt = `Mean utilisation and power by tier. ${rows
    .map(
      (row) =>
        `${row[0]}: CPU ${row[2]} in the mean, ${row[3]} at most, ${row[4]} requested by pods, power ${row[5]} in the mean, ${row[6]} in all`,
    )
    .join('. ')}.`;
  const picture = {
    id: 'tiers-over-time',
    title: hasPower ? 'Use and power of the tiers' : 'Use of the tiers',
    caption:
      `By ${tiersAre === 'clusters' ? 'cluster' : 'role of the clusters, as there are too many to tell them apart'}, in windows of ${formatDuration(windowNs)}. ` +
      (hasPower
        ? `Above: the shares of CPU in use and requested by pods, weighted by the nodes' cores. Below: mean power of all nodes, one tier upon the other, so that the upper edge is the sum.`
        : `The shares of CPU in use and requested by pods, weighted by the nodes' cores. No power of the nodes is known.`),
    alt,
    table: {
      head: ['tier', 'nodes', 'CPU, mean', 'CPU, highest window', 'CPU requested, mean', 'power, mean', 'energy'],
      rows,
    },
  };
  return {
    ...picture,
    draw(width) {
      const { Plot } = drawing;
      const frame = (isLast: boolean) => ({
        width,
        marginLeft: 54,
        marginRight: 16,
        marginTop: 30,
        x: timeAxis(time, width, isLast),
      });
      const linesOf = (shares: (tier: (typeof tiers)[number]) => readonly number[]) =>
        tiers.map((tier, t) =>
          Plot.line(
            shares(tier).map((share, i) => ({ x: ((i + 0.5) * windowNs) / size, y: 100 * share })),
            { x: 'x', y: 'y', stroke: seriesColor(t), strokeWidth: 2, strokeDasharray: seriesDash(t) },
          ),
        );
      const windows = totals.map((_, i) => ({
        from: (i * windowNs) / size,
        to: Math.min(time.durationNs, (i + 1) * windowNs) / size,
      }));
      const layers = tiers.map(({ powerW }, t) => ({
        fill: seriesColor(t),
        heights: powerW.map((watts) => watts / power.size),
      }));
      const grid = Plot.gridY({ stroke: color.grid, strokeOpacity: 1, ticks: 4 });
      const sharePanel = (
        label: string,
        shares: (tier: (typeof tiers)[number]) => readonly number[],
        isLast: boolean,
      ) => {
        const highest = Math.max(0.01, ...tiers.flatMap((tier) => known(shares(tier))));
        return drawing.plot({
          ...frame(isLast),
          height: isLast ? 168 : 140,
          marginBottom: isLast ? 40 : 12,
          y: { label, labelArrow: 'none', domain: [0, 100 * highest], nice: true, ticks: 4 },
          marks: [grid, ...timeBackground(drawing, time), ...linesOf(shares), Plot.ruleY([0], { stroke: color.muted })],
        });
      };
      const panels = [
        sharePanel('CPU in use, %', ({ utilization }) => utilization, false),
        sharePanel('CPU requested by pods, %', ({ requested }) => requested, !hasPower),
      ];
      const powerPanel = {
        ...frame(true),
        height: 190,
        marginBottom: 40,
        y: { label: `power, ${power.unit}`, labelArrow: 'none', zero: true, nice: true, ticks: 4 } as const,
        marks: [
          grid,
          stackedLayers(drawing, windows, layers),
          ...faultEdges(drawing, time),
          Plot.ruleY([0], { stroke: color.muted }),
        ],
      };
      return composePicture(
        width,
        picture,
        [
          ...tiers.map(({ name }, t) => ({
            label: name,
            color: seriesColor(t),
            shape: 'line' as const,
            dash: seriesDash(t),
          })),
          ...timeLegend(time),
        ],
        hasPower ? [...panels, drawing.plot(powerPanel)] : panels,
      );
    },
  };
}
