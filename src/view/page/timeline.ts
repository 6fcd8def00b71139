import { hasFailed } from '../replay/requests.ts';
import type { Replay } from '../replay/replay.ts';
import { sized } from './canvas.ts';
import type { Theme } from './theme.ts';

/** Draws the whole run behind the scrubber: requests that were answered and that failed, and marks of what changed the world. */
export function drawTimeline(canvas: HTMLCanvasElement, replay: Replay, theme: Theme): void {
  const { context, width, height } = sized(canvas);
  context.clearRect(0, 0, width, height);
  const { durationNs } = replay.scene;
  const x = (timeNs: number): number => (timeNs / durationNs) * width;
  context.fillStyle = theme.grid;
  context.fillRect(0, height - 1, width, 1);
  // faults that overlap are one band
  context.fillStyle = theme.alarm;
  let drawnTo = 0;
  for (const { fromNs, toNs } of replay.faults) {
    const from = Math.max(drawnTo, x(fromNs));
    drawnTo = Math.max(drawnTo, x(Math.min(toNs, durationNs)), from + 1);
    context.globalAlpha = 0.45;
    context.fillRect(from, 3, drawnTo - from, 3);
  }
  context.globalAlpha = 1;
  const bins = countRequests(replay, Math.max(1, Math.floor(width / 3)));
  const most = Math.max(1, ...bins.map(({ all }) => all));
  for (const [i, { all, failed }] of bins.entries()) {
    const left = (i / bins.length) * width;
    const full = (all / most) * (height - 10);
    const bad = (failed / most) * (height - 10);
    context.fillStyle = theme.series[5]!;
    context.fillRect(left, height - 1 - full, width / bins.length - 0.5, full - bad);
    context.fillStyle = theme.alarm;
    context.fillRect(left, height - 1 - bad, width / bins.length - 0.5, bad);
  }
  for (const { timeNs, isLandmark, tone } of replay.events) {
    if (!isLandmark) continue;
    context.fillStyle = tone === 'bad' ? theme.alarm : tone === 'good' ? theme.series[2]! : theme.muted;
    context.fillRect(Math.min(width - 2, x(timeNs)), 0, 2, 9);
  }
}

function countRequests({ requests, scene }: Replay, count: number): { all: number; failed: number }[] {
  const bins = Array.from({ length: count }, () => ({ all: 0, failed: 0 }));
  for (let i = 0; i < (requests?.count ?? 0); i++) {
    const bin = bins[Math.min(count - 1, Math.floor((requests!.issuedNs[i]! / scene.durationNs) * count))]!;
    bin.all++;
    if (hasFailed(requests!, i)) bin.failed++;
  }
  return bins;
}
