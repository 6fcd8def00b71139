/** What the exit status of every command means. */
export const exitCodes = {
  done: 0,
  /** An expectation failed, or a verification differed. */
  differs: 1,
  /** The input or the usage is wrong; nothing was run. */
  usage: 2,
  /** The program failed. */
  failed: 3,
  interrupted: 130,
} as const;
