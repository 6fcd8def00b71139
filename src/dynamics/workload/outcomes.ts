/** How a request can end. `ok` is index 0. */
export const requestOutcomes = [
  'ok',
  /** The user is in no access point's range. */
  'not-covered',
  /** The service has no pod that is ready. */
  'no-endpoint',
  /** There is no route to the pod. */
  'unreachable',
  /** The request or its response was on its way when the last route broke. */
  'lost',
  /** The pod that served it died or is gone. */
  'pod-lost',
  /** Still under way when the run ended. */
  'unfinished',
  /** A dataset that it reads or writes was unreachable, or what was read or written was lost on its way. */
  'data-unavailable',
  /** The caller did not wait for the answer any longer. */
  'timeout',
  /** The pod had a full queue. */
  'overloaded',
] as const;

export const OK = 0;
export const NOT_COVERED = requestOutcomes.indexOf('not-covered');
export const NO_ENDPOINT = requestOutcomes.indexOf('no-endpoint');
export const NO_ROUTE = requestOutcomes.indexOf('unreachable');
export const LOST = requestOutcomes.indexOf('lost');
export const POD_LOST = requestOutcomes.indexOf('pod-lost');
export const UNFINISHED = requestOutcomes.indexOf('unfinished');
export const DATA_UNAVAILABLE = requestOutcomes.indexOf('data-unavailable');
export const TIMEOUT = requestOutcomes.indexOf('timeout');
export const OVERLOADED = requestOutcomes.indexOf('overloaded');
