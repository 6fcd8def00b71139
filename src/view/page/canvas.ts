/** A canvas whose pixels are those of the screen, drawn to in CSS pixels. */
export function sized(canvas: HTMLCanvasElement): {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
} {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const ratio = Math.min(2, devicePixelRatio);
  const [inX, inY] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== inX || canvas.height !== inY) [canvas.width, canvas.height] = [inX, inY];
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}
