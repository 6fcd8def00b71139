import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as ResvgModule from '@resvg/resvg-js';
import { onDisk } from '../results/index.ts';
import { escape } from './escape.ts';
import { withLightColors } from './palette.ts';
import type { Picture } from './picture.ts';

/** Width of a picture in a file, px: at a column of 17 cm its text is of 8 pt. */
const WIDTH = 720;
/** Pixels of a PNG for one of the SVG: 430 to the inch in such a column. */
const SCALE = 4;

const FONT_FAMILY = 'DejaVu Sans, Liberation Sans, Arial, sans-serif';
/** Fonts that PNGs are set in, the first of which is there: the same font, the same bytes. */
const FONTS: readonly { readonly family: string; readonly files: readonly string[] }[] = [
  {
    family: 'DejaVu Sans',
    files: ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].flatMap((file) => [
      `/usr/share/fonts/truetype/dejavu/${file}`,
      `/usr/share/fonts/TTF/${file}`,
      `/usr/share/fonts/dejavu-sans-fonts/${file}`,
    ]),
  },
  {
    family: 'Liberation Sans',
    files: ['LiberationSans-Regular.ttf', 'LiberationSans-Bold.ttf'].flatMap((file) => [
      `/usr/share/fonts/truetype/liberation/${file}`,
      `/usr/share/fonts/liberation-sans/${file}`,
    ]),
  },
  {
    family: 'Arial',
    files: ['Arial.ttf', 'Arial Bold.ttf'].flatMap((file) => [
      `/System/Library/Fonts/Supplemental/${file}`,
      `C:/Windows/Fonts/${file.replace(' Bold', 'bd').toLowerCase()}`,
    ]),
  },
];

/** What was written, and what is to be said of it. */
export interface FigureFiles {
  readonly paths: readonly string[];
  readonly remarks: readonly string[];
}

/** A picture as an SVG file of its own: in the colours of light paper, with its words in title and description. */
export function standaloneSvg({ title, alt, draw }: Picture): string {
  const svg = withLightColors(draw(WIDTH)).replaceAll('system-ui, sans-serif', FONT_FAMILY);
  const head = /^<svg[^>]*>/.exec(svg)![0];
  const paper = '<rect width="100%" height="100%" fill="#ffffff"/>';
  return `${head}<title>${escape(title)}</title><desc>${escape(alt)}</desc>${paper}${svg.slice(head.length)}\n`;
}

/**
 * Writes each picture as SVG and PNG into a folder, which is created.
 * @throws {ResultsError} if the disk refuses
 */
export async function writeFigures(pictures: readonly Picture[], folder: string): Promise<FigureFiles> {
  onDisk(`create ${folder}`, () => mkdirSync(folder, { recursive: true }));
  const { render, remarks } = await loadRasterizer();
  const paths: string[] = [];
  const write = (name: string, content: string | Uint8Array): void => {
    const path = join(folder, name);
    onDisk(`write ${path}`, () => writeFileSync(path, content));
    paths.push(path);
  };
  for (const picture of pictures) {
    const svg = standaloneSvg(picture);
    write(`${picture.id}.svg`, svg);
    if (render !== undefined) write(`${picture.id}.png`, render(svg));
  }
  return { paths, remarks };
}

/** Loads what makes PNGs of SVGs: an optional package, and fonts of this machine. */
async function loadRasterizer(): Promise<{ render?: (svg: string) => Uint8Array; remarks: readonly string[] }> {
  let resvg: typeof ResvgModule;
  try {
    resvg = await import('@resvg/resvg-js');
  } catch {
    return {
      remarks: ['no PNGs: the optional package @resvg/resvg-js is not installed (npm install @resvg/resvg-js)'],
    };
  }
  const font = FONTS.map(({ family, files }) => ({ family, files: files.filter((file) => existsSync(file)) })).find(
    ({ files }) => files.length > 0,
  );
  const options =
    font === undefined
      ? { loadSystemFonts: true }
      : { loadSystemFonts: false, fontFiles: font.files, defaultFontFamily: font.family, sansSerifFamily: font.family };
  const remarks =
    font?.family === 'DejaVu Sans'
      ? []
      : [
          `PNGs are set in ${font?.family ?? 'some font of this machine'}: DejaVu Sans, which makes the same bytes everywhere, is not installed`,
        ];
  return {
    remarks,
    render: (svg) =>
      new resvg.Resvg(svg, { fitTo: { mode: 'zoom', value: SCALE }, font: options, background: '#ffffff' })
        .render()
        .asPng(),
  };
}
