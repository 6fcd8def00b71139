/** When a command's text has colours and bold letters. */
export const colorChoices = ['auto', 'always', 'never'] as const;
export type ColorChoice = (typeof colorChoices)[number];

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

/**
 * Whether text for a stream has colours: as the option says, or else by NO_COLOR (no-color.org), FORCE_COLOR
 * (force-color.org; 0 and false turn colours off, as in Node.js), or else where it is a terminal that knows them.
 */
export function hasColors(
  choice: ColorChoice,
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (isSet(env['NO_COLOR'])) return false;
  if (isSet(env['FORCE_COLOR'])) return !['0', 'false'].includes(env['FORCE_COLOR']!);
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
