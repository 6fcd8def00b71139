/** The command line is wrong: exit status 2, and no stack. */
export class UsageError extends Error {}
