import { shorten } from '../format.ts';
import { escape } from './escape.ts';
import { color } from './palette.ts';

/** A chart with all that is said of it. The same picture is drawn wide and narrow, and for files. */
export interface Picture {
  /** Name of its file and its place in the page: lower-case words joined by hyphens. */
  readonly id: string;
  readonly title: string;
  /** What is seen, and how it was computed. */
  readonly caption: string;
  /** What the picture says, for who cannot see it. */
  readonly alt: string;
  /** The same in numbers. */
  readonly table?: DataTable;
  /** @returns an SVG element as text, its colours variables of `palette.ts` */
  readonly draw: (width: number) => string;
}

/** Numbers of a picture or of the report, as they are printed. */
export interface DataTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** An entry of a legend: a line, a filled box or a dot. */
export interface LegendEntry {
  readonly label: string;
  readonly color: string;
  readonly shape: 'line' | 'box' | 'dot' | 'ring' | 'band' | 'triangle';
  readonly dash?: string;
}

export const FONT_SIZE = 12;
/** Width of a character of the page's fonts at most, on average over a word, in parts of the size. */
const CHARACTER = 0.63;
/** Those that are much narrower or wider than the others in every sans-serif face. */
const NARROW = /[ijlrftI1.,:;|'()[\]/ -]/u;
const BROAD = /[mwMW%@…→]/u;

/** Width of a text in pixels, estimated from above: nothing measures fonts without a browser. */
export function textWidth(text: string, size: number = FONT_SIZE): number {
  let width = 0;
  for (const letter of text) width += NARROW.test(letter) ? 0.42 : BROAD.test(letter) ? 1 : 0.66;
  return width * size;
}

/** A name that is at most so long; of a way from one thing to another both ends are left to be known by. */
function shortenWay(text: string, most: number): string {
  const ends = text.split(' → ');
  if (ends.length !== 2 || Array.from(text).length <= most) return shorten(text, most);
  const [from, to] = ends as [string, string];
  const room = most - 3;
  const least = Math.floor(room / 2);
  // what a short end leaves goes to the other
  const roomFrom = Math.max(least, room - Array.from(to).length);
  const shortFrom = shorten(from, roomFrom);
  return `${shortFrom} → ${shorten(to, room - Array.from(shortFrom).length)}`;
}

/** Names made short enough for the left margin; two that would look the same keep their number as well. */
export function shortNames(names: readonly string[], width: number): Map<string, string> {
  const most = width < 500 ? 16 : 34;
  const taken = new Set<string>();
  return new Map(
    names.map((name) => {
      let short = shortenWay(name, most);
      for (let n = 2; taken.has(short); n++) short = `${shortenWay(name, most - 3)} ${n}`;
      taken.add(short);
      return [name, short];
    }),
  );
}

/** Space that labels need beside an axis. */
export const marginFor = (labels: readonly string[]): number =>
  Math.ceil(Math.max(20, ...labels.map((label) => textWidth(label, FONT_SIZE)))) + 14;

const LEGEND_ROW = 20;
const KEY = 22;

/**
 * Charts under one legend, as one SVG element.
 * @param panels from top to bottom; an array stands side by side
 */
export function composePicture(
  width: number,
  picture: { readonly id: string; readonly alt: string },
  legend: readonly LegendEntry[],
  panels: readonly (string | readonly string[])[],
): string {
  const { height: legendHeight, svg: legendSvg } = drawLegend(width, legend);
  let y = legendHeight;
  const placed = panels.flatMap((row) => {
    let x = 0;
    let rowHeight = 0;
    const at = y;
    const drawn = [row].flat().map((panel) => {
      const left = x;
      x += Number(/ width="([\d.]+)"/.exec(panel)![1]);
      rowHeight = Math.max(rowHeight, Number(/ height="([\d.]+)"/.exec(panel)![1]));
      return panel.replace('<svg', `<svg x="${left}" y="${at}" overflow="visible"`);
    });
    y += rowHeight;
    return drawn;
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" ` +
    `font-family="system-ui, sans-serif" font-size="${FONT_SIZE}" fill="currentColor" color="${color.ink}" ` +
    `role="img" aria-label="${escape(picture.alt)}">${legendSvg}${placed.join('')}</svg>`
  );
}

function drawLegend(width: number, entries: readonly LegendEntry[]): { height: number; svg: string } {
  if (entries.length === 0) return { height: 0, svg: '' };
  let x = 0;
  let y = 0;
  const drawn = entries.map(({ label, ...entry }) => {
    const text = shorten(label, Math.floor((width - KEY) / (FONT_SIZE * CHARACTER)));
    const needed = KEY + textWidth(text) + 14;
    if (x > 0 && x + needed > width + 14) {
      x = 0;
      y += LEGEND_ROW;
    }
    const at = `translate(${Math.round(x)},${y})`;
    x += needed;
    return `<g transform="${at}">${key(entry)}<text x="${KEY}" y="14">${escape(text)}</text></g>`;
  });
  return { height: y + LEGEND_ROW + 4, svg: `<g>${drawn.join('')}</g>` };
}

function key({ shape, color: fill, dash }: Omit<LegendEntry, 'label'>): string {
  if (shape === 'line') {
    const dashes = dash === undefined || dash === 'none' ? '' : ` stroke-dasharray="${dash}"`;
    return `<line x1="0" x2="17" y1="10" y2="10" stroke="${fill}" stroke-width="2.2"${dashes}/>`;
  }
  if (shape === 'ring') {
    return `<circle cx="9" cy="10" r="4" fill="${color.paper}" stroke="${fill}" stroke-width="2"/>`;
  }
  if (shape === 'dot') return `<circle cx="9" cy="10" r="4.5" fill="${fill}"/>`;
  if (shape === 'triangle') {
    return `<path d="M9 4 14 14H4Z" fill="${color.paper}" stroke="${fill}" stroke-width="1.8"/>`;
  }
  const band = shape === 'band' ? ` fill-opacity="0.22" stroke="${color.ink}" stroke-dasharray="3 3"` : '';
  return `<rect x="3" y="4" width="12" height="12" rx="1.5" fill="${fill}"${band}/>`;
}
