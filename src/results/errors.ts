/** A results folder, or a file in it, is not what it should be; the message says what, where, and what to do. */
export class ResultsError extends Error {
  override readonly name = 'ResultsError';
}

const DISK_FAULTS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission is denied',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'it is already there',
  EMFILE: 'too many files are open',
  EIO: 'the device reported an error',
};

/**
 * Does something with the disk, and turns a system error into a sentence.
 * @param attempt what is done, as the object of "cannot": `write results/a/requests.arrow`
 * @throws {ResultsError} with the system error as its cause
 */
export function onDisk<T>(attempt: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw asDiskFault(attempt, error);
  }
}

/** The error of `onDisk`, for asynchronous callers. Errors that the system did not make come back as they are. */
export function asDiskFault(attempt: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (!(error instanceof Error) || error instanceof ResultsError || typeof code !== 'string') return error;
  const reason = DISK_FAULTS[code];
  return new ResultsError(`cannot ${attempt}: ${reason === undefined ? error.message : `${reason} (${code})`}`, {
    cause: error,
  });
}
