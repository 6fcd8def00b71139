/** Observations that are averaged first: the 5 of MSER-5. */
const BATCH = 5;

/** How much of the beginning of a run to leave out. */
export interface WarmUp {
  /** Observations to leave out. */
  readonly observations: number;
  /** False if the best place to cut is in the second half: the run has not settled, and should be longer. */
  readonly isSettled: boolean;
}

/**
 * Where the warm-up of a run ends, by MSER-5: cut where the standard error of the mean of what is left is least.
 * Source: White, Cobb & Spratt, A comparison of five steady-state truncation heuristics for simulation, Proceedings of the
 * Winter Simulation Conference 2000; the search ends at the half, as White (Simulation 69, 1997) advises.
 * @throws {RangeError} if there are fewer than 50 observations
 */
export function warmUpByMser(values: ArrayLike<number>): WarmUp {
  if (values.length < 10 * BATCH) {
    throw new RangeError(`warm-up: found ${values.length} observations, expected at least ${10 * BATCH}`);
  }
  const count = Math.floor(values.length / BATCH);
  const batches = Array.from({ length: count }, (_, k) => {
    let sum = 0;
    for (let i = k * BATCH; i < (k + 1) * BATCH; i++) sum += values[i]!;
    return sum / BATCH;
  });
  // from the end, so that each cut takes one step of Welford's
  let best = { cut: 0, statistic: Infinity };
  let mean = 0;
  let squares = 0;
  for (let cut = count - 1, n = 1; cut >= 0; cut--, n++) {
    const change = batches[cut]! - mean;
    mean += change / n;
    squares += change * (batches[cut]! - mean);
    const statistic = squares / (n * n);
    // a handful of batches can agree by chance
    if (n >= BATCH && statistic <= best.statistic) best = { cut, statistic };
  }
  return { observations: best.cut * BATCH, isSettled: best.cut <= count / 2 };
}
