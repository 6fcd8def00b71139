import type * as PlotModule from '@observablehq/plot';
import { printable } from './escape.ts';

/** What charts are drawn with. */
export interface Drawing {
  readonly Plot: typeof PlotModule;
  /** A chart as the text of an SVG element. */
  plot(options: PlotModule.PlotOptions): string;
}

/** Loads Observable Plot and a document without a browser: half a second that only pictures are worth. */
export async function loadDrawing(): Promise<Drawing> {
  const [Plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const { document } = parseHTML('<html><body></body></html>');
  return {
    Plot,
    plot: (options) => {
      // Plot speaks to the document alone; the types of browsers are not part of this program
      const element = Plot.plot({ ...options, document } as PlotModule.PlotOptions) as unknown as { outerHTML: string };
      return tidy(element.outerHTML);
    },
  };
}

/**
 * The same picture in fewer bytes: without Plot's style sheet, which the page has once, and with coordinates to a hundredth
 * of a pixel, which no eye and no difference between machines goes below.
 */
function tidy(svg: string): string {
  return (
    printable(svg)
      .replace(/<style>[^]*?<\/style>/, '')
      .replace(/ class="plot-[^"]*"/, '')
      .replace(/ style="[^"]*"/, '')
      // Plot's 10 px are small beside the text of a page
      .replace(' font-size="10"', ' font-size="11"')
      .replaceAll(/(?<=[ ",(\-A-Za-z])-?\d+\.\d{3,}(?:e-?\d+)?(?=[ ",)\-A-Za-z])/g, (number) =>
        String(Math.round(Number(number) * 100) / 100),
      )
  );
}
