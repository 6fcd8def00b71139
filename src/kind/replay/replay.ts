import { median } from 'd3-array';
import type { ReplayFacts } from '../../results/index.ts';
import { ClusterError } from '../cluster-error.ts';
import type { CarriedStep, ClusterObserver, ReplayClock, ReplayedCluster } from '../observer.ts';
import type { ReplayOptions, ReplayPlan } from '../replay-plan.ts';
import { describeStep, type ReplayStep } from '../replay-step.ts';
import { Interrupted } from '../shell-command.ts';
import { carryOut } from './carry-out.ts';
import { ReplayHands } from './replay-hands.ts';
import { awaitNodes } from './nodes.ts';
import { RealTime } from './real-time.ts';
import { demandRights, rightsOf } from './rights.ts';
import { Troubles } from './troubles.ts';

export interface ReplaySetup {
  readonly plan: ReplayPlan;
  readonly options: ReplayOptions;
  readonly clusters: readonly ReplayedCluster[];
  /** Limits of the clusters' clients. */
  readonly callsPerSecond: number;
  readonly callsAtOnce: number;
  /** How long nodes may take to be Ready before it begins. */
  readonly readyWithinMs: number;
  /** From the beginning of the observation to the start of the scenario. */
  readonly leadMs: number;
  /** What of the network is not applied, and why. */
  readonly notApplied: readonly string[];
  /** Measures what was applied, once the network is shaped. */
  readonly preflight?: (addressOf: (cluster: string, node: string) => Promise<string>) => Promise<ReplayFacts['links']>;
  readonly observe?: (clock: ReplayClock) => ClusterObserver;
  /** Told what is being done. */
  readonly said: (text: string) => void;
}

/** What a replay did. */
export interface ReplayOutcome {
  readonly facts: ReplayFacts;
  readonly steps: readonly CarriedStep[];
  /** Why it came to no end. */
  readonly error: unknown;
}

/**
 * Carries out a plan on real clusters: looks whether it can be, shapes and measures the network, does each step at its time, and takes
 * away again what it has made, also where it fails or is interrupted.
 * @throws {ClusterError} if it cannot be carried out; nothing is made then
 */
export async function replay(setup: ReplaySetup, signal: AbortSignal): Promise<ReplayOutcome> {
  const { plan, clusters, said } = setup;
  const hands = new ReplayHands(setup);
  for (const cluster of clusters) {
    said(`looking at ${cluster.connection.context} (${cluster.connection.server})`);
    await demandRights(cluster.connection, rightsOf(plan));
    await awaitNodes(cluster, setup.readyWithinMs, signal);
    await hands.demandFree(cluster);
  }
  const carried = new CarriedSteps(plan.speedUp);
  let observer: ClusterObserver | undefined;
  let links: ReplayFacts['links'];
  let error: unknown;
  try {
    const isShapedFirst = (step: ReplayStep): boolean => step.does === 'shape' && step.atNs === 0;
    for (const step of plan.steps.filter(isShapedFirst)) {
      if (signal.aborted) throw new Interrupted();
      said(describeStep(step));
      await hands.carry(step, signal);
    }
    links = await setup.preflight?.((cluster, node) => hands.address(cluster, node));
    const time = new RealTime(plan.speedUp, setup.leadMs);
    observer = setup.observe?.(time);
    await observer?.start();
    const later = plan.steps.filter((step) => !isShapedFirst(step));
    await carryOutUntilEnd(
      setup,
      later,
      time,
      hands,
      (step) => {
        carried.add(step);
        observer?.note(step);
        said(
          `${(step.plannedNs / 1e9).toFixed(1)} s: ${step.what}${step.failure === undefined ? '' : `: ${step.failure}`}`,
        );
      },
      signal,
    );
  } catch (thrown) {
    error = thrown;
  }
  await observer?.end();
  said('taking away what was made');
  const leftOver = await hands.takeAway();
  const facts = { ...factsOf(setup, carried, leftOver, error), ...(links === undefined ? {} : { links }) };
  await observer?.write(facts, carried.steps);
  return { facts, steps: carried.steps, error };
}

/** The steps at their times, and then the rest of the scenario's duration; trouble on the cluster ends it. */
async function carryOutUntilEnd(
  { plan, clusters }: ReplaySetup,
  steps: readonly ReplayStep[],
  time: RealTime,
  hands: ReplayHands,
  note: (step: CarriedStep) => void,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const troubles = new Troubles(plan);
  const stop = AbortSignal.any([signal, troubles.signal, over.signal]);
  const ending = new AbortController();
  const followed = hands.follow(troubles, AbortSignal.any([stop, ending.signal]));
  const followedDeployments = clusters.map((cluster) =>
    troubles.followDeployments(cluster.connection, AbortSignal.any([stop, ending.signal])),
  );
  const end = time
    .until(plan.durationNs, stop)
    .catch(() => undefined)
    .then(() => ending.abort());
  try {
    await carryOut(
      steps,
      time,
      laneOf,
      async (step, either) => {
        const begunNs = time.nowNs();
        const outcome = await hands.carry(step, AbortSignal.any([either, ending.signal]));
        const { does, cluster, atNs: plannedNs } = step;
        note({ does, what: describeStep(step), cluster, plannedNs, begunNs, endedNs: time.nowNs(), ...outcome });
      },
      AbortSignal.any([signal, troubles.signal]),
    );
    await end;
    if (signal.aborted) throw new Interrupted();
  } catch (error) {
    throw troubles.error ?? error;
  } finally {
    over.abort();
    await Promise.all([end, ...followed, ...followedDeployments]);
  }
  if (troubles.error !== undefined) throw troubles.error;
}

/** What is to be done in order: what goes to a cluster's API, and what is done to a node; bindings wait for their pods apart. */
function laneOf(step: ReplayStep): string {
  switch (step.does) {
    case 'apply':
    case 'scale':
      return `apply ${step.cluster}`;
    case 'delete':
      return `delete ${step.cluster}`;
    case 'bind':
      return `bind ${step.cluster} ${step.namespace} ${step.selector}`;
    case 'shape':
      return `node ${step.container}`;
    case 'stop':
    case 'start':
    case 'cordon':
    case 'taint':
    case 'return':
      return `node ${step.worker}`;
  }
}

/** What has been carried out, and how late it was begun. */
class CarriedSteps {
  readonly steps: CarriedStep[] = [];
  readonly #speedUp: number;

  constructor(speedUp: number) {
    this.#speedUp = speedUp;
  }

  add(step: CarriedStep): void {
    this.steps.push(step);
  }

  get latenessNs(): ReplayFacts['latenessNs'] {
    const late = this.steps.map(({ begunNs, plannedNs }) => Math.round((begunNs - plannedNs) / this.#speedUp));
    return { median: Math.round(median(late) ?? 0), max: Math.max(0, ...late) };
  }
}

function factsOf(
  { plan, clusters, options, callsPerSecond, callsAtOnce, notApplied }: ReplaySetup,
  carried: CarriedSteps,
  leftOver: readonly string[],
  error: unknown,
): ReplayFacts {
  return {
    contexts: clusters.map(({ connection }) => connection.context),
    placement: options.placement,
    workload: options.workload,
    speedUp: plan.speedUp,
    shaping: options.shaper,
    callsPerSecond,
    callsAtOnce,
    latenessNs: carried.latenessNs,
    notApplied: [...notApplied, ...plan.notes],
    leftOver: [...leftOver],
    outcome: error === undefined ? 'done' : error instanceof Interrupted ? 'interrupted' : 'failed',
    ...(error instanceof ClusterError ? { failure: error.message } : {}),
  };
}
