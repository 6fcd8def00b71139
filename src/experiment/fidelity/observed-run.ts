import { readManifest, readTable, type Manifest, type ReadRow, type TableName } from '../../results/index.ts';

/** A pod that a decision of the run placed. */
export interface PlacedPod {
  /** Application and service, by which pods of two runs are alike. */
  readonly service: string;
  readonly node: string;
  /** Nodes that were as good as the chosen one, itself among them; itself alone where the scheduler does not tell. */
  readonly ties: readonly string[];
}

/** What is held against each other of a simulated and a real run. */
export interface FidelityRun {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly isReal: boolean;
  /** In the order of the decisions. */
  readonly placed: readonly PlacedPod[];
  /** Durations by what they are of, ns, ascending. */
  readonly times: Readonly<Record<TimeName, readonly number[]>>;
}

/** What takes time in a cluster, and from when to when. */
export const timeNames = {
  scheduled: 'from the creation of a pod to its binding',
  started: 'from its binding to the start of its containers',
  ready: 'from its binding to its first readiness',
  evicted: 'from the failure of its node to when the pod is given up',
  replaced: 'from the failure of its node to the binding of the pod that takes its place',
} as const;
export type TimeName = keyof typeof timeNames;

/** Why a pod is gone whose node failed. */
const LOST = 'node-unreachable';

type PodRow = ReadRow<'pods'>;

/**
 * Reads a results folder. Pods that no decision of the run placed, as those that were there before it, are left out.
 * @throws {ResultsError} if it cannot be read
 */
export async function readFidelityRun(folder: string): Promise<FidelityRun> {
  const manifest = readManifest(folder);
  const rowsOf = async <T extends TableName>(table: T): Promise<ReadRow<T>[]> =>
    (await readTable(folder, table)).toArray().map((row: { toJSON(): unknown }) => row.toJSON() as ReadRow<T>);
  const pods = await rowsOf('pods');
  const byName = new Map(pods.map((row) => [row.pod, row]));
  const decisions = (await rowsOf('decisions')).filter(({ node, trigger }) => node !== null && trigger === null);
  const decided = new Set(decisions.map(({ pod }) => pod));
  const placed = decisions.flatMap(({ pod, node, tie_set: ties }): PlacedPod[] => {
    const row = byName.get(pod);
    if (row === undefined) return [];
    const others = ties === '' ? [] : ties.split(',');
    return [{ service: serviceOf(row), node: node!, ties: [...new Set([node!, ...others])] }];
  });
  const own = pods.filter(({ pod }) => decided.has(pod));
  const faults = await rowsOf('faults');
  return {
    folder,
    manifest,
    isReal: manifest.source === 'cluster',
    placed,
    times: { ...startTimes(own), ...lossTimes(pods, faults) },
  };
}

const serviceOf = ({ app, service }: PodRow): string => `${app}/${service}`;

function startTimes(pods: readonly PodRow[]): Record<'scheduled' | 'started' | 'ready', number[]> {
  const between = (from: (row: PodRow) => number | null, to: (row: PodRow) => number | null): number[] =>
    ascending(
      pods.flatMap((row) => {
        const [a, b] = [from(row), to(row)];
        return a === null || b === null ? [] : [b - a];
      }),
    );
  const bound = (row: PodRow): number | null => row.scheduled_ns;
  return {
    scheduled: between((row) => row.created_ns, bound),
    started: between(bound, (row) => row.started_ns),
    ready: between(bound, (row) => row.ready_ns),
  };
}

/** Of pods that were given up with their nodes; the pods that come after them take their places in the order of their creation. */
function lossTimes(
  pods: readonly PodRow[],
  faults: readonly ReadRow<'faults'>[],
): Record<'evicted' | 'replaced', number[]> {
  const crashes = faults.filter(({ kind, event }) => kind === 'crash' && event === 'begin');
  const crashBefore = (node: string | null, ns: number): number | undefined =>
    crashes.filter(({ target, time_ns: at }) => target === node && at <= ns).at(-1)?.time_ns;
  const lost = pods
    .filter(({ reason, gone_ns: gone }) => reason === LOST && gone !== null)
    .toSorted((a, b) => a.gone_ns! - b.gone_ns!);
  const evicted: number[] = [];
  const replaced: number[] = [];
  const taken = new Set<string>();
  for (const pod of lost) {
    const crashNs = crashBefore(pod.node, pod.gone_ns!);
    if (crashNs === undefined) continue;
    evicted.push(pod.gone_ns! - crashNs);
    const next = pods
      .filter((each) => serviceOf(each) === serviceOf(pod) && each.created_ns >= pod.gone_ns! && !taken.has(each.pod))
      .toSorted((a, b) => a.created_ns - b.created_ns)[0];
    if (next === undefined) continue;
    taken.add(next.pod);
    if (next.scheduled_ns !== null) replaced.push(next.scheduled_ns - crashNs);
  }
  return { evicted: ascending(evicted), replaced: ascending(replaced) };
}

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);
