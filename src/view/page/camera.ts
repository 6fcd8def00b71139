import type { Box } from '../replay/scene.ts';

const MOST_ZOOM = 400;

/** What part of the plane is in view: metres to pixels, north up. */
export class Camera {
  width = 1;
  height = 1;
  /** Pixels a metre. */
  scale = 1;
  /** Changes with every move. */
  version = 0;
  #x = 0;
  #y = 0;
  #fitted = 1;
  readonly #box: Box;

  constructor(box: Box) {
    this.#box = box;
  }

  readonly px = (x: number): number => (x - this.#x) * this.scale + this.width / 2;
  readonly py = (y: number): number => (this.#y - y) * this.scale + this.height / 2;

  /** Takes the size of the canvas; what was in the middle stays there. */
  resize(width: number, height: number): void {
    const wasFitted = this.scale === this.#fitted;
    [this.width, this.height] = [Math.max(1, width), Math.max(1, height)];
    this.version++;
    if (wasFitted) this.fit();
  }

  /** Everything in view. */
  fit(): void {
    const { left, right, bottom, top } = this.#box;
    const [marginX, marginTop, marginBottom] = [34, 44, 40];
    this.scale = Math.min(
      Math.max(50, this.width - 2 * marginX) / (right - left),
      Math.max(50, this.height - marginTop - marginBottom) / (top - bottom),
    );
    this.#fitted = this.scale;
    this.#x = (left + right) / 2;
    this.#y = (bottom + top) / 2 + (marginTop - marginBottom) / 2 / this.scale;
    this.version++;
  }

  /** Nearer or farther, the point under a pixel staying there. */
  zoom(factor: number, atX = this.width / 2, atY = this.height / 2): void {
    const scale = Math.max(this.#fitted / 3, Math.min(this.#fitted * MOST_ZOOM, this.scale * factor));
    const [dx, dy] = [atX - this.width / 2, atY - this.height / 2];
    this.#x += dx / this.scale - dx / scale;
    this.#y -= dy / this.scale - dy / scale;
    this.scale = scale;
    this.version++;
  }

  pan(dxPx: number, dyPx: number): void {
    this.#x -= dxPx / this.scale;
    this.#y += dyPx / this.scale;
    this.version++;
  }

  /** Brings a point into the middle, if it is out of view. */
  show(x: number, y: number): void {
    const [px, py] = [this.px(x), this.py(y)];
    if (px > 30 && py > 30 && px < this.width - 30 && py < this.height - 30) return;
    [this.#x, this.#y] = [x, y];
    this.version++;
  }

  isInView(px: number, py: number, margin: number): boolean {
    return px > -margin && py > -margin && px < this.width + margin && py < this.height + margin;
  }
}
