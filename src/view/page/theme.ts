/** The colours of the page as the style sheet has them. */
export interface Theme {
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly accent: string;
  readonly alarm: string;
  readonly series: readonly string[];
  readonly ramp: readonly string[];
}

/** Reads the colours that hold now. */
export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    paper: value('paper'),
    ink: value('ink'),
    muted: value('muted'),
    grid: value('grid'),
    accent: value('accent'),
    alarm: value('s1'),
    series: Array.from({ length: 8 }, (_, i) => value(`s${i}`)),
    ramp: Array.from({ length: 6 }, (_, i) => value(`r${i}`)),
  };
}

/** Colour of an application by its place: blue, green, violet, yellow …; vermilion means that something is wrong. */
export function appColor({ series }: Theme, app: number): string {
  const free = [0, 2, 3, 4, 5, 7, 6];
  return series[free[app % free.length]!]!;
}

/** Lets the reader choose light or dark; until then the system does. @param changed told after each change */
export function themeButton(button: HTMLButtonElement, changed: () => void): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;
  const isDark = (): boolean => (root.dataset['theme'] ?? (system.matches ? 'dark' : 'light')) === 'dark';
  const show = (): void => {
    button.textContent = isDark() ? 'Light' : 'Dark';
    changed();
  };
  button.addEventListener('click', () => {
    root.dataset['theme'] = isDark() ? 'light' : 'dark';
    show();
  });
  system.addEventListener('change', show);
  button.textContent = isDark() ? 'Light' : 'Dark';
}
