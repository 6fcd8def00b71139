/**
 * The colours of the pictures. Okabe and Ito's eight, which people with any of the common colour-vision deficiencies can
 * tell apart (Okabe & Ito, Color Universal Design, 2008), in an order in which neighbours differ in lightness too; on dark
 * paper they are lightened to keep a contrast of 3:1 and more (WCAG 2.2, 1.4.11). Lines differ by their dashes as well.
 */
interface Theme {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly accent: string;
  readonly series: readonly string[];
  /** From nothing to much, for fields of colour. */
  readonly ramp: readonly string[];
}

const light: Theme = {
  paper: '#ffffff',
  ink: '#1b1f24',
  muted: '#59636e',
  grid: '#dfe4e9',
  accent: '#0072b2',
  series: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#5b5b5b', '#a6761d'],
  ramp: ['#eef3f7', '#c6dced', '#8fbfe0', '#4f97c9', '#1b6ca8', '#083e6b'],
};

const dark: Theme = {
  paper: '#15181c',
  ink: '#e8ebee',
  muted: '#a3adb8',
  grid: '#343b43',
  accent: '#6cbcf0',
  series: ['#56b4e9', '#ff8a3d', '#2fc99b', '#e39cc4', '#f0c93a', '#9ecbff', '#b8b8b8', '#c99a4a'],
  ramp: ['#20262d', '#1f3f5a', '#1f5d8a', '#2f83bb', '#6cb4e3', '#c9e6fa'],
};

/** How lines are dashed, by the place of their series: for print in grey, and for eyes that see no colour. */
const DASHES = ['none', '6 3', '2 2.5', '8 3 2 3', '12 4', '4 2 1 2 1 2', 'none', '6 3'];

/** How many series a picture can tell apart. */
export const MOST_SERIES = light.series.length;

/** Colours by what they are for, as variables of the page: so that one picture serves light and dark. */
export const color = {
  paper: 'var(--paper)',
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  grid: 'var(--grid)',
  accent: 'var(--accent)',
  /** Faults and failures: vermilion, as the second series is. */
  alarm: 'var(--s1)',
} as const;

/** The colour of a series by its place, from 0. */
export const seriesColor = (index: number): string => `var(--s${index % MOST_SERIES})`;
export const seriesDash = (index: number): string => DASHES[index % MOST_SERIES]!;
/** The steps of a field of colour, from nothing to much. */
export const rampColors: readonly string[] = light.ramp.map((_, step) => `var(--r${step})`);

function variables(theme: Theme): [name: string, value: string][] {
  return [
    ...(['paper', 'ink', 'muted', 'grid', 'accent'] as const).map((name): [string, string] => [name, theme[name]]),
    ...theme.series.map((value, i): [string, string] => [`s${i}`, value]),
    ...theme.ramp.map((value, i): [string, string] => [`r${i}`, value]),
  ];
}

/** The variables as declarations of a style sheet. */
export const themeDeclarations = (theme: 'light' | 'dark'): string =>
  variables(theme === 'light' ? light : dark)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');

/** Puts the colours of light paper in the place of variables: for pictures that stand outside the page. */
export function withLightColors(svg: string): string {
  const values = new Map(variables(light));
  return svg.replaceAll(/var\(--(\w+)\)/g, (whole, name: string) => values.get(name) ?? whole);
}
