import { firstAbove, indicesOf, type TableColumns } from './columns.ts';
import type { SceneIndex } from './network.ts';

/** Requests in the order of their issue, in columns. */
export interface RequestColumns {
  readonly count: number;
  readonly issuedNs: Float64Array;
  /** NaN of one that failed, or was under way at the end. */
  readonly completedNs: Float64Array;
  /** Indices; -1 where there is none. */
  readonly user: Int32Array;
  readonly accessPoint: Int32Array;
  readonly node: Int32Array;
  readonly outcome: Int32Array;
  readonly outcomes: readonly string[];
  readonly app: Int32Array;
  readonly pod: Int32Array;
  readonly pods: readonly string[];
}

/** Reads the requests, and puts them in the order of their issue. */
export function readRequests(
  table: TableColumns,
  index: SceneIndex,
  apps: ReadonlyMap<string, number>,
): RequestColumns {
  const issued = table.numbers('issued_ns');
  const order = Uint32Array.from(issued, (_, i) => i).sort((a, b) => issued[a]! - issued[b]! || a - b);
  const completed = table.numbers('completed_ns');
  const user = indicesOf(table.names('user'), index.users);
  const accessPoint = indicesOf(table.names('access_point'), index.accessPoints);
  const node = indicesOf(table.names('node'), index.nodes);
  const outcome = table.names('outcome');
  const pod = table.names('pod');
  const app = indicesOf(table.names('app'), apps);
  const ints = (of: Int32Array) => Int32Array.from(order, (row) => of[row]!);
  return {
    count: table.rows,
    issuedNs: Float64Array.from(order, (row) => issued[row]!),
    completedNs: Float64Array.from(order, (row) => completed[row]!),
    user: ints(user),
    accessPoint: ints(accessPoint),
    node: ints(node),
    outcome: ints(outcome.codes),
    outcomes: outcome.names,
    app: ints(app),
    pod: ints(pod.codes),
    pods: pod.names,
  };
}

/** Whether a request failed: it ended, and not well. */
export const hasFailed = ({ outcome, outcomes }: RequestColumns, at: number): boolean => {
  const name = outcomes[outcome[at]!];
  return name !== 'ok' && name !== 'unfinished';
};

/** Requests issued after one time and up to another: the first, and the one after the last. */
export function issuedBetween({ issuedNs }: RequestColumns, afterNs: number, untilNs: number): [number, number] {
  return [firstAbove(issuedNs, afterNs), firstAbove(issuedNs, untilNs)];
}
