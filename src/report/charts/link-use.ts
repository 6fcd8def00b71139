import { formatBytes, formatDuration, formatShare } from '../../format.ts';
import type { Drawing } from '../drawing.ts';
import type { LinkFacts } from '../facts/links.ts';
import type { Picture } from '../picture.ts';
import { drawField } from './field.ts';
import type { Timeline } from './time-axis.ts';

const MOST_ROWS = 24;
const MOST_LISTED = 200;

/** How much of their capacity the busiest links used over time. */
export function linkUse(drawing: Drawing, { courses, windowNs }: LinkFacts, time: Timeline): Picture {
  const busy = courses.filter(({ highest }) => highest > 0);
  const shown = busy.slice(0, MOST_ROWS);
  const most = Math.max(...shown.map(({ highest }) => highest));
  const left =
    shown.length < courses.length
      ? ` Of ${courses.length} directions of links the ${shown.length} busiest by their mean are shown${busy.length < courses.length ? `; ${courses.length - busy.length} carried nothing` : ''}.`
      : '';
  const picture = {
    id: 'link-use',
    title: 'Use of the links',
    caption:
      `Mean share of the capacity in use, in per cent, of each direction of a link and of each access point, in windows of ${formatDuration(windowNs)}; the busiest above. ` +
      `Steps of colour are of equal width, up to the highest window of all, ${formatShare(most)}.${left}`,
    alt: `The busiest links: ${shown
      .slice(0, 6)
      .map(({ name, mean, highest }) => `${name} ${formatShare(mean)} in the mean, ${formatShare(highest)} at most`)
      .join('; ')}.`,
    table: {
      head: ['link', 'use, mean', 'use, highest window', 'carried'],
      rows: courses
        .slice(0, MOST_LISTED)
        .map(({ name, mean, highest, carriedBytes }) => [
          name,
          formatShare(mean),
          formatShare(highest),
          formatBytes(carriedBytes),
        ]),
    },
  };
  const rows = shown.map(({ name, utilization }) => ({ name, values: utilization.map((share) => 100 * share) }));
  return {
    ...picture,
    draw: (width) => drawField(drawing, width, picture, time, windowNs, 100 * most, rows, '%'),
  };
}
