/**
 * Compares the scheduler with recorded decisions of a real kube-scheduler, one JSON object a line: `nodes`, `pods` and
 * `pod` as Kubernetes objects, and more of them where they are needed, `result` with `node`, `message`, `scores[node][plugin]` (weighted) and `final[node]`.
 *
 *   npx tsx scripts/parity-scheduler.ts FILE...
 *
 * Exit status: 0 all agree; 1 some differ; 2 no file, or one that cannot be read.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { RandomStream } from '../src/kernel/index.ts';
import {
  compilePod,
  compileLabelSelector,
  type Decision,
  type DisruptionAllowance,
  describeNode,
  kubeScheduler,
  SchedulerCache,
  readProfile,
  type SchedulingPod,
  schedulingPod,
} from '../src/kubernetes/scheduling/index.ts';
import type { LabelSelector, NodeObject, PodObject, SchedulerConfiguration } from '../src/model/index.ts';

export interface RecordedDecision {
  readonly id: string;
  readonly nodes: readonly NodeObject[];
  readonly pods: readonly PodObject[];
  readonly pod: PodObject;
  readonly namespaces?: readonly NamedObject[];
  readonly services?: readonly (NamedObject & {
    readonly spec: { readonly selector?: Readonly<Record<string, string>> };
  })[];
  /** Those that own pods by `metadata.ownerReferences`. */
  readonly replicaSets?: readonly (NamedObject & { readonly spec: { readonly selector: LabelSelector } })[];
  /** PodDisruptionBudgets. */
  readonly budgets?: readonly (NamedObject & {
    readonly spec: { readonly selector: LabelSelector };
    readonly status: { readonly disruptionsAllowed: number };
  })[];
  /** The KubeSchedulerConfiguration; its first profile counts. */
  readonly configuration?: SchedulerConfiguration;
  readonly result: {
    readonly node: string | null;
    readonly message: string | null;
    readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly final: Readonly<Record<string, number>>;
    /** The node on which pods are evicted for it. */
    readonly nominated?: string;
    /** The pods that were being deleted afterwards, by name. */
    readonly victims?: readonly string[];
  };
}

interface NamedObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** An aspect of a decision, and how ours differs in it from the recorded one. */
export interface Difference {
  /** `feasible nodes`, `chosen node`, `final scores`, `message` or the name of a plugin. */
  readonly aspect: string;
  readonly recorded: string;
  readonly ours: string;
}

/** Decides a recorded case anew. */
export function decideAnew(recorded: RecordedDecision): Decision {
  const cache = new SchedulerCache();
  recorded.nodes.forEach((node, id) => cache.addNode(describeNode(node, id)));
  for (const { metadata } of recorded.namespaces ?? []) cache.setNamespaceLabels(metadata.name, metadata.labels ?? {});
  for (const { metadata, spec } of recorded.services ?? [])
    cache.setService(metadata.namespace ?? 'default', metadata.name, spec.selector ?? {});
  const known = (pod: PodObject): SchedulingPod => {
    const startTime = (pod['status'] as { startTime?: string } | undefined)?.startTime;
    const sinceNs = startTime === undefined ? 0 : Date.parse(startTime) * 1e6;
    return schedulingPod(compilePod(pod, ownerSelector(recorded, pod)), pod.metadata.name, sinceNs);
  };
  for (const pod of recorded.pods) {
    const node = cache.node(pod.spec.nodeName ?? '');
    if (node === undefined)
      throw new RangeError(`${recorded.id}: pod '${pod.metadata.name}' is on no node that is there`);
    const placed = known(pod);
    cache.assumePod(placed, node);
    if (pod.metadata['deletionTimestamp'] !== undefined) cache.terminatePod(placed);
  }
  const { percentageOfNodesToScore, profiles } = recorded.configuration ?? {};
  const profile = readProfile({
    ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }),
    ...profiles?.[0],
  });
  return kubeScheduler(profile).schedule(known(recorded.pod), cache, {
    draws: new RandomStream(1, 'ties'),
    verdicts: true,
    disruptionBudgets: () => (recorded.budgets ?? []).map(allowance),
  });
}

function ownerSelector({ replicaSets = [] }: RecordedDecision, pod: PodObject): LabelSelector | undefined {
  const owners = (pod.metadata['ownerReferences'] ?? []) as readonly { name: string; controller?: boolean }[];
  const owner = owners.find(({ controller }) => controller === true);
  const found = replicaSets.find(
    ({ metadata: { name, namespace } }) =>
      name === owner?.name && (namespace ?? 'default') === (pod.metadata.namespace ?? 'default'),
  );
  return found?.spec.selector;
}

function allowance({ metadata, spec, status }: NonNullable<RecordedDecision['budgets']>[number]): DisruptionAllowance {
  const selector = compileLabelSelector(spec.selector);
  return {
    covers: ({ kind }) => kind.namespace === (metadata.namespace ?? 'default') && selector.matches(kind.labels),
    allowed: status.disruptionsAllowed,
  };
}

/** Every aspect of the decision that differs, in a fixed order. */
export function differences({ result, pods }: RecordedDecision, decision: Decision): Difference[] {
  const { verdicts } = decision;
  const found: Difference[] = [];
  const compare = (aspect: string, recorded: unknown, ours: unknown): void => {
    const [a, b] = [JSON.stringify(recorded), JSON.stringify(ours)];
    if (a !== b) found.push({ aspect, recorded: a, ours: b });
  };
  const feasible = (verdicts?.feasible ?? []).map(({ name }) => name).sort();
  const scored = Object.keys(result.final).sort();
  // Scoring is skipped for a single feasible node, which then is the chosen one.
  compare('feasible nodes', scored.length > 0 ? scored : result.node === null ? [] : [result.node], feasible);
  const names = (verdicts?.scored ?? []).map(({ name }) => name);
  const ours = new Map<string, Map<string, number>>();
  for (const { plugin, weight, normalised } of verdicts?.scores ?? []) {
    ours.set(plugin, new Map(names.map((name, i) => [name, weight * normalised[i]!])));
  }
  const plugins = new Set([...Object.values(result.scores).flatMap((scores) => Object.keys(scores)), ...ours.keys()]);
  for (const plugin of [...plugins].sort()) {
    compare(
      plugin,
      Object.fromEntries(scored.map((name) => [name, result.scores[name]?.[plugin] ?? null])),
      Object.fromEntries(scored.map((name) => [name, ours.get(plugin)?.get(name) ?? null])),
    );
  }
  const totals = new Map(names.map((name, i) => [name, verdicts?.totals[i]]));
  compare(
    'final scores',
    Object.fromEntries(scored.map((name) => [name, result.final[name]])),
    Object.fromEntries(scored.map((name) => [name, totals.get(name) ?? null])),
  );
  const ties = decision.tieSet.map(({ name }) => name);
  if (result.node === null ? ties.length > 0 : !ties.includes(result.node)) compare('chosen node', result.node, ties);
  compare('message', result.message ?? '', decision.message);
  if (result.nominated !== undefined || decision.nomination !== undefined) {
    compare('nominated node', result.nominated, decision.nomination?.node.name);
    const leaving = pods.filter(({ metadata }) => metadata['deletionTimestamp'] !== undefined);
    const gone = [...leaving.map(({ metadata }) => metadata), ...(decision.nomination?.victims ?? [])];
    compare('victims', result.victims?.toSorted(), [...new Set(gone.map(({ name }) => name))].sort());
  }
  return found;
}

export function readDecisions(file: string): RecordedDecision[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as RecordedDecision);
}

function main(files: readonly string[]): number {
  if (files.length === 0) {
    console.error('usage: npx tsx scripts/parity-scheduler.ts FILE...');
    return 2;
  }
  let decisions: RecordedDecision[];
  try {
    decisions = files.flatMap(readDecisions);
  } catch (error) {
    console.error(String(error));
    return 2;
  }
  const first = new Map<string, string>();
  const differing = new Map<string, number>();
  let agreeing = 0;
  const aspects = new Map<string, number>();
  const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
  for (const recorded of decisions) {
    const pluginsOfCase = new Set(Object.values(recorded.result.scores).flatMap((scores) => Object.keys(scores)));
    for (const aspect of [
      'feasible nodes',
      'final scores',
      'chosen node',
      'message',
      ...pluginsOfCase,
      ...(recorded.result.nominated === undefined ? [] : ['nominated node', 'victims']),
    ])
      count(aspects, aspect);
    const found = differences(recorded, decideAnew(recorded));
    if (found.length === 0) agreeing++;
    for (const { aspect, recorded: theirs, ours } of found) {
      count(differing, aspect);
      if (!first.has(aspect)) first.set(aspect, `${recorded.id}: recorded ${theirs}, ours ${ours}`);
    }
  }
  for (const aspect of new Set([...aspects.keys(), ...differing.keys()])) {
    const cases = Math.max(aspects.get(aspect) ?? 0, differing.get(aspect) ?? 0);
    console.log(`${aspect.padEnd(32)} ${cases - (differing.get(aspect) ?? 0)} of ${cases} agree`);
    if (first.has(aspect)) console.log(`  first difference: ${first.get(aspect)}`);
  }
  console.log(`${'all of a decision'.padEnd(32)} ${agreeing} of ${decisions.length} agree`);
  return agreeing === decisions.length ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main(process.argv.slice(2));
