/** Most entities of a kind in a world; counted before anything is built. Own design: far above what a run can simulate. */
export const MOST_NODES = 200_000;
export const MOST_USERS = 1_000_000;
export const MOST_ACCESS_POINTS = 200_000;
export const MOST_PODS = 500_000;
/** Most rows of a table of durations: some tens of megabytes of memory. */
export const MOST_TABLE_ROWS = 2_000_000;
/** Most recorded arrivals of a group that are held: some megabytes of memory. Of more the recording is read in step with the run. */
export const MOST_HELD_ARRIVALS = 200_000;
/** Most of them that may wait for one that comes before them and is in a later row: some tens of megabytes of memory. */
export const MOST_WAITING_ARRIVALS = 2_000_000;
/** Most samples of a recorded movement that are held: fifty megabytes of memory. A longer one is read in step with the run. */
export const MOST_HELD_SAMPLES = 1_000_000;
/** Most rows of the samples of nodes, links and access points that a run may write. */
export const MOST_SAMPLE_ROWS = 100_000_000;
/** Expected requests of a run: from so many on there is a warning, and beyond the other number an error. */
export const MANY_REQUESTS = 100_000_000;
export const MOST_REQUESTS = 10_000_000_000;
/** Most failures that are expected in a run, or recorded in a table. Own design: what a run gets through in minutes. */
export const MOST_FAILURES = 10_000_000;
/** Most versions of a dataset in a run, those sent to replicas among them. Own design: what a run gets through in minutes. */
export const MOST_UPDATES = 100_000_000;
