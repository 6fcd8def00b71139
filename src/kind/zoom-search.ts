/** Points of the search in each direction, and how often it closes in on the best of them. */
const GRID = 40;
const ZOOMS = 8;

/** A point of the plane that was tried. */
export interface Tried {
  readonly x: number;
  readonly y: number;
  /** What the search makes least. */
  readonly error: number;
}

/**
 * The point of least error among those of no negative coordinate, on a grid over the given spans that closes in on its best
 * point. Own design.
 * @param spanX where it looks at first: from 0 to this; of 0, it looks there alone
 */
export function zoomSearch<Candidate extends Tried>(
  spanX: number,
  spanY: number,
  evaluate: (x: number, y: number) => Candidate,
): Candidate {
  let best = evaluate(0, 0);
  for (let zoom = 0; zoom < ZOOMS; zoom++) {
    const centre = zoom === 0 ? { x: spanX / 2, y: spanY / 2 } : best;
    const [acrossX, acrossY] = [spanX / 4 ** zoom, spanY / 4 ** zoom];
    for (let i = 0; i <= (spanX > 0 ? GRID : 0); i++) {
      for (let j = 0; j <= (spanY > 0 ? GRID : 0); j++) {
        const x = spanX > 0 ? centre.x + (i / GRID - 0.5) * acrossX : 0;
        const y = spanY > 0 ? centre.y + (j / GRID - 0.5) * acrossY : 0;
        if (x < 0 || y < 0) continue;
        const candidate = evaluate(x, y);
        if (candidate.error < best.error) best = candidate;
      }
    }
  }
  return best;
}
