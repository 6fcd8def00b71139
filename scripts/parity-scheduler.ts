/**
 * Compares the scheduler with recorded decisions of a real kube-scheduler, one JSON object a line: `nodes`, `pods` and
 * `pod` as Kubernetes objects, `result` with `node`, `message`, `scores[node][plugin]` (weighted) and `final[node]`.
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
  type Decision,
  describeNode,
  kubeScheduler,
  SchedulerCache,
  schedulingPod,
} from '../src/kubernetes/scheduling/index.ts';
import type { NodeObject, PodObject } from '../src/model/index.ts';

export interface RecordedDecision {
  readonly id: string;
  readonly nodes: readonly NodeObject[];
  readonly pods: readonly PodObject[];
  readonly pod: PodObject;
  readonly result: {
    readonly node: string | null;
    readonly message: string | null;
    readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly final: Readonly<Record<string, number>>;
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
  for (const pod of recorded.pods) {
    const node = cache.node(pod.spec.nodeName ?? '');
    if (node === undefined)
      throw new RangeError(`${recorded.id}: pod '${pod.metadata.name}' is on no node that is there`);
    cache.assumePod(schedulingPod(compilePod(pod), pod.metadata.name), node);
  }
  const pending = schedulingPod(compilePod(recorded.pod), recorded.pod.metadata.name);
  return kubeScheduler().schedule(pending, cache, { draws: new RandomStream(1, 'ties'), verdicts: true });
}

/** Every aspect of the decision that differs, in a fixed order. */
export function differences({ result }: RecordedDecision, decision: Decision): Difference[] {
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
    for (const aspect of ['feasible nodes', 'final scores', 'chosen node', 'message', ...pluginsOfCase])
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
