/** Most entities of a kind in a world; counted before anything is built. Own design: far above what a run can simulate. */
export const MOST_NODES = 200_000;
export const MOST_USERS = 1_000_000;
export const MOST_ACCESS_POINTS = 200_000;
export const MOST_PODS = 500_000;
/** Most rows of a recorded motion: a hundred megabytes of memory. */
export const MOST_TRACE_ROWS = 1_000_000;
