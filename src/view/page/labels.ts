import type { Theme } from './theme.ts';

type Side = 'above' | 'below' | 'right' | 'left';

interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Half the sides of the thing that it names, pixels. */
  readonly halfWidth: number;
  readonly halfHeight: number;
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
      const width = context.measureText(label.text).width + 2;
      const free = label.sides
        .map((side) => rectangleAt(label, side, width))
        .find((rectangle) => this.#isFree(rectangle));
      if (free === undefined) continue;
      this.#take(free);
      context.strokeText(label.text, (free.left + free.right) / 2, free.top);
      context.fillText(label.text, (free.left + free.right) / 2, free.top);
    }
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
