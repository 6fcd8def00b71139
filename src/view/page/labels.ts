import { shorten } from '../../format.ts';
import type { Theme } from './theme.ts';

type Side = 'above' | 'below' | 'right' | 'left';

interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Half the sides of the thing that it names, pixels. */
  readonly halfWidth: number;
  readonly halfHeight: number;
  /** What is much wider than this is cut short, and what finds no place too, pixels. */
  readonly roomPx: number;
  /** Where it may stand, the best place first. */
  readonly sides: readonly Side[];
  /** The lower, the sooner it gets its place. */
  readonly rank: number;
  readonly isBold: boolean;
}

interface Rectangle {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LINE_PX = 15;
/** Width of a letter, on average. */
const LETTER_PX = 6.8;
const MOST_OVER = 1.3;
/** Of a name that is cut down to fewer only the end is left, by which those of a cluster differ. */
const FEW_LETTERS = 10;
const CELL_PX = 64;

/** Names on a map, of which those are drawn that cover no other name and no thing: the more important first. */
export class Labels {
  readonly #context: CanvasRenderingContext2D;
  readonly #theme: Theme;
  readonly #labels: Label[] = [];
  /** Rectangles that are taken, by the cells of a grid that they touch. */
  readonly #taken = new Map<number, Rectangle[]>();

  constructor(context: CanvasRenderingContext2D, theme: Theme) {
    this.#context = context;
    this.#theme = theme;
  }

  add(label: Label): void {
    this.#labels.push(label);
  }

  /** Keeps names away from a thing. */
  occupy(x: number, y: number, width: number, height: number): void {
    this.#take({ left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 });
  }

  draw(): void {
    const context = this.#context;
    context.textAlign = 'center';
    context.textBaseline = 'top';
    context.lineWidth = 3;
    context.strokeStyle = this.#theme.paper;
    context.fillStyle = this.#theme.ink;
    for (const label of this.#labels.toSorted((a, b) => a.rank - b.rank)) {
      context.font = `${label.isBold ? '600 13px' : '12px'} system-ui, sans-serif`;
      const fitting = this.#fitting(label);
      if (fitting === undefined) continue;
      const { text, at } = fitting;
      this.#take(at);
      context.strokeText(text, (at.left + at.right) / 2, at.top);
      context.fillText(text, (at.left + at.right) / 2, at.top);
    }
  }

  /** The first place that is free for a name, or else for as much of it as has room. */
  #fitting(label: Label): { readonly text: string; readonly at: Rectangle } | undefined {
    const mapWidth = this.#context.canvas.clientWidth;
    const isOnMap = label.x >= 0 && label.x <= mapWidth;
    const most = Math.floor(label.roomPx / LETTER_PX);
    const short = most < FEW_LETTERS ? endOf(label.text, most) : shorten(label.text, most);
    for (const text of label.text === short ? [short] : [label.text, short]) {
      const width = this.#context.measureText(text).width + 2;
      if (text !== short && width > MOST_OVER * label.roomPx) continue;
      for (const side of label.sides) {
        const wanted = rectangleAt(label, side, width);
        const at = isOnMap ? within(wanted, side, mapWidth) : wanted;
        if (at !== undefined && this.#isFree(at)) return { text, at };
      }
    }
    return undefined;
  }

  #isFree(rectangle: Rectangle): boolean {
    const { left, right, top, bottom } = rectangle;
    return this.#cells(rectangle).every((cell) =>
      (this.#taken.get(cell) ?? []).every(
        (other) => other.left >= right || other.right <= left || other.top >= bottom || other.bottom <= top,
      ),
    );
  }

  #take(rectangle: Rectangle): void {
    for (const cell of this.#cells(rectangle)) {
      const own = this.#taken.get(cell);
      if (own === undefined) this.#taken.set(cell, [rectangle]);
      else own.push(rectangle);
    }
  }

  #cells({ left, right, top, bottom }: Rectangle): number[] {
    const cells: number[] = [];
    for (let x = Math.floor(left / CELL_PX); x <= Math.floor(right / CELL_PX); x++) {
      for (let y = Math.floor(top / CELL_PX); y <= Math.floor(bottom / CELL_PX); y++) cells.push(x * 65_536 + y);
    }
    return cells;
  }
}

function rectangleAt({ x, y, halfWidth, halfHeight }: Label, side: Side, width: number): Rectangle {
  const [left, top] = {
    above: [x - width / 2, y - halfHeight - 2 - LINE_PX] as const,
    below: [x - width / 2, y + halfHeight + 2] as const,
    right: [x + halfWidth + 1, y - LINE_PX / 2] as const,
    left: [x - halfWidth - 1 - width, y - LINE_PX / 2] as const,
  }[side];
  return { left, right: left + width, top, bottom: top + LINE_PX };
}

/** A name that does not leave the map by its sides: above or below its thing it gives way; beside it there is no room. */
function within(rectangle: Rectangle, side: Side, mapWidth: number): Rectangle | undefined {
  const { left, right } = rectangle;
  const shift = Math.max(0, 3 - left) - Math.max(0, right - mapWidth + 3);
  if (shift === 0) return rectangle;
  return side === 'left' || side === 'right' ? undefined : { ...rectangle, left: left + shift, right: right + shift };
}

function endOf(text: string, most: number): string {
  const letters = Array.from(text);
  return letters.length <= most ? text : `…${letters.slice(letters.length - most + 1).join('')}`;
}
