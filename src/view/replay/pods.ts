import { indicesOf, nameAt, type TableColumns } from './columns.ts';

/** What a pod is doing. */
export type PodPhase = 'waiting' | 'starting' | 'ready';

/** A pod's life; times in ns, NaN for never. */
export interface PodLifeSpan {
  readonly name: string;
  readonly app: string;
  readonly service: string;
  /** Index of its node; -1 where it never had one. */
  readonly node: number;
  readonly createdNs: number;
  readonly scheduledNs: number;
  readonly readyNs: number;
  readonly goneNs: number;
  readonly restarts: number;
  readonly reason: string | undefined;
}

/** Reads the lives of the pods. */
export function readPods(table: TableColumns, nodeIndex: ReadonlyMap<string, number>): PodLifeSpan[] {
  const [pod, app, service] = [table.names('pod'), table.names('app'), table.names('service')];
  const [reason, node] = [table.names('reason'), indicesOf(table.names('node'), nodeIndex)];
  const [created, scheduled] = [table.numbers('created_ns'), table.numbers('scheduled_ns')];
  const [ready, gone, restarts] = [table.numbers('ready_ns'), table.numbers('gone_ns'), table.numbers('restarts')];
  return Array.from({ length: table.rows }, (_, row) => ({
    name: nameAt(pod, row)!,
    app: nameAt(app, row)!,
    service: nameAt(service, row)!,
    node: node[row]!,
    createdNs: created[row]!,
    scheduledNs: scheduled[row]!,
    readyNs: ready[row]!,
    goneNs: gone[row]!,
    restarts: restarts[row]!,
    reason: nameAt(reason, row),
  }));
}

/** What a pod is doing at a time; undefined before it is made and when it is gone. */
export function phaseOf(
  { createdNs, scheduledNs, readyNs, goneNs }: PodLifeSpan,
  timeNs: number,
): PodPhase | undefined {
  if (timeNs < createdNs || timeNs >= goneNs) return undefined;
  if (!(timeNs >= scheduledNs)) return 'waiting';
  return timeNs >= readyNs ? 'ready' : 'starting';
}

/** The times at which any pod changes its phase, increasing. */
export function phaseChanges(pods: readonly PodLifeSpan[]): number[] {
  return pods
    .flatMap(({ createdNs, scheduledNs, readyNs, goneNs }) => [createdNs, scheduledNs, readyNs, goneNs])
    .filter((timeNs) => !Number.isNaN(timeNs))
    .sort((a, b) => a - b);
}
