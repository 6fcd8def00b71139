import type { Samples } from '../replay/samples.ts';
import { sized } from './canvas.ts';
import type { Theme } from './theme.ts';

/** Draws a share, 0 to 1, over the whole run, and marks where the replay is. */
export function drawSparkline(
  canvas: HTMLCanvasElement,
  samples: Samples,
  entity: number,
  { timeNs, durationNs, theme }: { readonly timeNs: number; readonly durationNs: number; readonly theme: Theme },
): void {
  const { context, width, height } = sized(canvas);
  context.clearRect(0, 0, width, height);
  const [top, bottom] = [4, height - 14];
  const x = (ns: number): number => 28 + (ns / durationNs) * (width - 32);
  const y = (share: number): number => bottom - Math.min(1, share) * (bottom - top);
  context.font = '11px system-ui, sans-serif';
  context.fillStyle = theme.muted;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillText('100', 24, top + 2);
  context.fillText('0 %', 24, bottom);
  context.fillStyle = theme.grid;
  context.fillRect(28, bottom, width - 32, 1);
  context.fillRect(28, top, width - 32, 1);
  context.beginPath();
  let isDrawing = false;
  for (const [i, value] of samples.of(entity).entries()) {
    const at = samples.times[i]!;
    if (Number.isNaN(value)) isDrawing = false;
    else if (isDrawing) context.lineTo(x(at), y(value));
    else {
      context.moveTo(x(at), y(value));
      isDrawing = true;
    }
  }
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.5;
  context.stroke();
  context.fillStyle = theme.ink;
  context.fillRect(x(timeNs) - 0.5, 0, 1.5, bottom);
}
