/** Characters beside which a bar does not fit the line any more, and how long a bar is at most. */
const TEXT_COLUMNS = 46;
const MOST_BAR = 24;
const LEAST_BAR = 8;

/** Left parts of a character cell in eighths, and cells filled from below. */
const LEFT_EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const HEIGHTS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/**
 * How many characters a bar may take in a stream's lines: none where it is no terminal, too narrow, or its locale
 * (LC_ALL, LC_CTYPE, LANG, in this order, as POSIX has it) is not one of UTF-8.
 */
export function pictureWidth(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): number {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  if (stream.isTTY !== true || env['TERM'] === 'dumb' || !/utf-?8/i.test(locale ?? '')) return 0;
  const room = (stream.columns ?? 80) - TEXT_COLUMNS;
  return room < LEAST_BAR ? 0 : Math.min(MOST_BAR, room);
}

/** A bar as long as a share, 0 to 1, of so many characters, to an eighth of one; what is above 0 is seen. */
export function bar(share: number, width: number): string {
  if (!(share > 0)) return '';
  const eighths = Math.max(1, Math.round(Math.min(1, share) * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + LEFT_EIGHTHS[eighths % 8]!;
}

/** Values as columns a character wide, from 0 to the largest of all that are compared; none for no number. */
export const sparkline = (values: readonly number[], largest: number): string =>
  values
    .map((value) => {
      if (Number.isNaN(value)) return ' ';
      return HEIGHTS[largest > 0 ? Math.min(7, Math.max(0, Math.ceil((value / largest) * 8) - 1)) : 0]!;
    })
    .join('');
