/** Why a cluster cannot be used, or refused a call: told to people without a stack. */
export class ClusterError extends Error {
  /** Status of the API server's answer; undefined where there was none. */
  readonly status: number | undefined;

  constructor(message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ClusterError';
    this.status = options.status;
  }
}
