import type { Kernel } from '../../kernel/index.ts';
import {
  groupFilter,
  type ClusterState,
  type Decision,
  type EntryDemand,
  type GroupScheduler,
  type Pod,
  type Relocations,
} from '../../kubernetes/index.ts';
import type { AppId, MigrationTriggerName, NodeId, SwmSettings, SwmSolverName, World } from '../../model/index.ts';
import type { NetworkView } from '../netma/index.ts';
import { nodeCosts, nodeWeight, type NodeContext, type NodeObserver } from '../pdlc/index.ts';
import type { AssignmentPlans } from './assignment-plans.ts';
import { carryOut } from './carry-out.ts';
import { Channels, type ChannelGround, type LiveChannel } from './channels.ts';
import { CompiledModel } from './compiled-model.ts';
import { violations } from './constraints.ts';
import { LOOPBACK, type Assignment, type SwmModel } from './contract.ts';
import { exactSolver } from './exact.ts';
import { ModelIndex } from './model-index.ts';
import { objective, type ObjectiveWeights } from './objective.ts';
import { channelId, ObservedModel } from './observed-model.ts';
import { PartialPlacement } from './partial-placement.ts';
import { scalableSolver } from './scalable.ts';
import type { SwmSolver } from './solver.ts';

/** The solvers that a scenario can name. */
const solvers: Readonly<Record<SwmSolverName, () => SwmSolver>> = { scalable: scalableSolver, exact: exactSolver };

/** A latency that costs as much as the worst node for a criterion of the same weight costs more than the best one. Own design. */
const WORST_LATENCY_MS = 10;
/** What a millisecond costs in any profile, so that of nodes that cost the same the nearer ones are taken. Own design. */
const LEAST_COST_PER_MS = 1e-4;
/** Solver calls within one attempt: where Kubernetes' filters refuse what was solved, it is solved again without that. */
const MAX_SOLVER_CALLS = 8;

/** How the weights of a profile weigh in the objective. */
export function objectiveWeights({ profile, migration }: Pick<SwmSettings, 'profile' | 'migration'>): ObjectiveWeights {
  const perMs = Math.max((profile.latency ?? 0) / WORST_LATENCY_MS, LEAST_COST_PER_MS);
  return {
    nodeCost: nodeWeight(profile),
    workloadCost: perMs,
    recommendation: 0,
    move: migration?.moveCost ?? 0,
    latencyPerMs: perMs,
  };
}

/** What SWM goes by, and what it works on. */
export interface SwmSurroundings {
  readonly topology: NetworkView;
  readonly context: NodeContext;
  /** Where requests enter, as it was observed last. */
  readonly demand: () => readonly EntryDemand[];
  /** What pods use; only where they are moved. */
  readonly usage?: Pick<NodeObserver, 'othersShares'> | undefined;
  readonly ground: ChannelGround;
  readonly plans: AssignmentPlans;
  /** The cluster of a federation that it places the pods of. */
  readonly cluster?: string | undefined;
}

/** A pod that runs, and what may become of it where its application is placed anew. */
export interface RunningPod {
  readonly pod: Pod;
  /** It stays where it is. */
  readonly stays: boolean;
  /** It has to leave its node. */
  readonly mustGo: boolean;
}

/** An application placed anew while it runs. */
export interface Replan {
  /** What it costs where it is, by what is observed now; Infinity where a channel does not get what it asks for. */
  readonly currentCost: number;
  /** What it would cost, the moves included. */
  readonly newCost: number;
  /** What separates the worst nodes from the best, for all its pods. */
  readonly spreadCost: number;
  /** When that was observed which its costs go by, ns. */
  readonly observedNs: number;
  readonly viewAgeNs: number;
  /** The pods that would move, and the decisions on them. */
  readonly moves: readonly { readonly pod: Pod; readonly decision: Decision }[];
  /** Takes note that it is carried out. */
  commit(successors: ReadonlyMap<Pod, Pod>, trigger: MigrationTriggerName): void;
}

/**
 * SWM in the simulation: takes the pods of an application that wait as one group, has its solver place them and their
 * channels by PDLC's node costs and NetMA's observed topology, and hands the placement to the control plane to bind. It
 * knows nodes and pods as the control plane does, and the network as it was probed last. A group that cannot be placed is
 * tried again, `maxAttempts` times; then it has failed (`placement-attempts-exhausted`), until something happens in the
 * cluster, or kube-scheduler's five minutes for what is set aside are over. Beyond what the sources state, own design.
 */
export class SwmScheduler implements GroupScheduler {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #topology: NetworkView;
  readonly #context: NodeContext;
  /** What pods use; only where they are moved. */
  readonly #usage: Pick<NodeObserver, 'othersShares'> | undefined;
  readonly #settings: SwmSettings;
  readonly #models: ObservedModel;
  readonly #solver: SwmSolver;
  /** What the names of its streams begin with. */
  readonly #streams: string;
  readonly #filter = groupFilter('swm');
  /** By application: attempts that failed since the last that did not. */
  readonly #failures = new Map<AppId, number>();
  readonly #channels: Channels;
  readonly #plans: AssignmentPlans;
  readonly #nodeIds: ReadonlyMap<string, NodeId>;

  constructor(kernel: Kernel, world: World, settings: SwmSettings, around: SwmSurroundings) {
    const { topology, context, usage, plans, ground, cluster } = around;
    this.#streams = cluster === undefined ? '' : `cluster/${cluster}/`;
    this.#kernel = kernel;
    this.#world = world;
    this.#topology = topology;
    this.#context = context;
    this.#usage = usage;
    this.#settings = settings;
    this.#models = new ObservedModel(world, topology, around.demand);
    this.#solver = solvers[settings.solver]();
    this.#plans = plans;
    this.#channels = new Channels(this.#models, ground);
    this.#nodeIds = new Map(world.nodes.map(({ name }, node) => [name, node as NodeId]));
    topology.onProbe(() => this.#channels.look());
  }

  /** Follows the pods of the control plane that it places for, from the start. */
  follow(relocations: Pick<Relocations, 'watch'>): void {
    relocations.watch(this.#channels);
    relocations.watch(this.#plans);
  }

  /** What counts for an application now: its own profile, or that of all. */
  #profileOf(app: AppId): SwmSettings['profile'] {
    const { profile, profiles } = this.#settings;
    const { changes = [] } = this.#world.apps[app]!;
    const changed = changes.findLast((each) => each.profile !== undefined && each.atNs <= this.#kernel.now)?.profile;
    return changed ?? profiles?.get(app) ?? profile;
  }

  #weightsOf(app: AppId): ObjectiveWeights {
    const weights = objectiveWeights({ ...this.#settings, profile: this.#profileOf(app) });
    return { ...weights, recommendation: this.#context.recommendationWeight };
  }

  schedule(pods: readonly Pod[], state: ClusterState): { decisions: readonly Decision[]; viewAgeNs: number } {
    const { app } = pods[0]!;
    const viewAgeNs = Math.max(this.#topology.ageNs, this.#context.ageNs(this.#profileOf(app)));
    return { decisions: this.#decide(pods, state), viewAgeNs };
  }

  #decide(pods: readonly Pod[], state: ClusterState): readonly Decision[] {
    const { app } = pods[0]!;
    const examined = pods.map((pod) => this.#filter.examine(state.schedulingPod(pod), state.cache));
    const group = pods.map((pod, at) => {
      const fits = new Set(examined[at]!.feasible.map(({ id }) => id));
      return { pod, mayUse: (node: number): boolean => fits.has(node), fits };
    });
    const embedded = this.#channels.embedded();
    const costs = nodeCosts(this.#context.metrics(app), this.#profileOf(app));
    const recommended = this.#context.recommendations(pods);
    const options = {
      weights: this.#weightsOf(app),
      budget: this.#settings.budget,
      draws: this.#kernel.streams.get(`${this.#streams}swm/${this.#world.apps[app]!.name}`),
    };
    let reasons: readonly string[] = [];
    for (let call = 0; call < MAX_SOLVER_CALLS; call++) {
      const model = this.#models.build(group, costs, state, embedded, recommended);
      const { assignment, errors } = this.#solver.solve(model, options);
      if (assignment === undefined) {
        reasons = errors.map(({ kind, details }) => `${kind}: ${details}`);
        break;
      }
      const broken = violations(model, assignment);
      if (broken.length > 0) throw new Error(`SWM's solver broke ${broken[0]!.constraint}: ${broken[0]!.reason}`);
      const nodes = this.#nodesOf(pods, assignment);
      const refusal = this.#refusal(pods, nodes, state);
      if (refusal === undefined) {
        const attempt = (this.#failures.get(app) ?? 0) + 1;
        this.#failures.delete(app);
        const plan = this.#plans.begin({ app, trigger: undefined, attempt, phase: 'Scheduling' });
        const placed = pods.map((pod, at) => [pod, nodes[at]!] as const);
        const channels = this.#channelsOf(model, assignment, pods, state);
        carryOut(plan, { channels, placed, leaving: new Map() }, this.#channels, this.#plans);
        const estimates = this.#estimates(model, assignment, pods, options.weights);
        return pods.map((_, at) => {
          const cost = Float64Array.from(examined[at]!.feasible, ({ id }) => estimates[at]!(id));
          return examined[at]!.place(state.nodes[nodes[at]!]!.info, cost, this.#world.recording.verdicts);
        });
      }
      group[refusal.pod]!.fits.delete(nodes[refusal.pod]!);
      reasons = [refusal.reason];
    }
    return this.#refuse(app, examined, reasons);
  }

  /**
   * Places the pods of an application anew that run already, with the solver that places new ones.
   * @param pods pods of one application with a node each
   * @returns nothing where no placement is found
   */
  replan(pods: readonly RunningPod[], state: ClusterState): Replan | undefined {
    const { app } = pods[0]!.pod;
    const viewAgeNs = Math.max(this.#topology.ageNs, this.#context.ageNs(this.#profileOf(app)));
    const examined = this.#examineElsewhere(pods, state);
    const group = pods.map(({ pod, stays, mustGo }, at) => {
      const fits = new Set(examined[at]!.feasible.map(({ id }) => id));
      if (mustGo) fits.delete(pod.node!);
      else fits.add(pod.node!);
      return { pod, mayUse: (node: number): boolean => fits.has(node), fits, runsOn: { node: pod.node!, stays } };
    });
    const own = new Set(pods.map(({ pod }) => pod));
    const embedded = this.#channels.embedded().filter(({ source, target }) => !own.has(source) && !own.has(target));
    const { budget, migration } = this.#settings;
    const profile = this.#profileOf(app);
    const weights = this.#weightsOf(app);
    const others = this.#usage!.othersShares(Array.from(own, ({ id }) => id));
    const metrics = this.#context.metrics(app).map((node, at) => ({
      ...node,
      cpuShare: others[at]! * node.cpuShare,
      activeEnergyJ: others[at]! * node.activeEnergyJ,
    }));
    const costs = nodeCosts(metrics, profile, migration!.margin);
    const recommended = this.#context.recommendations([...own]);
    const options = {
      weights,
      budget,
      draws: this.#kernel.streams.get(`swm/${this.#world.apps[app]!.name}/migration`),
    };
    for (let call = 0; call < MAX_SOLVER_CALLS; call++) {
      const model = this.#models.build(group, costs, state, embedded, recommended);
      const { assignment } = this.#solver.solve(model, options);
      if (assignment === undefined) return undefined;
      const broken = violations(model, assignment);
      if (broken.length > 0) throw new Error(`SWM's solver broke ${broken[0]!.constraint}: ${broken[0]!.reason}`);
      const nodes = this.#nodesOf([...own], assignment);
      const refused = this.#refusedMove(pods, nodes, state);
      if (refused !== undefined) {
        group[refused]!.fits.delete(nodes[refused]!);
        continue;
      }
      const estimates = this.#estimates(model, assignment, [...own], weights);
      const moves = pods.flatMap(({ pod }, at) => {
        if (nodes[at] === pod.node) return [];
        const cost = Float64Array.from(examined[at]!.feasible, ({ id }) => estimates[at]!(id));
        const { info } = state.nodes[nodes[at]!]!;
        return [{ pod, decision: examined[at]!.place(info, cost, this.#world.recording.verdicts) }];
      });
      const leaving = new Map(moves.map(({ pod }) => [pod, this.#channels.of(pod)]));
      return {
        currentCost: this.#currentCost(model, weights),
        newCost: objective(model, assignment, weights),
        spreadCost: weights.nodeCost * pods.length,
        observedNs: this.#kernel.now - (weights.nodeCost > 0 ? this.#context.ageNs(profile) : this.#topology.ageNs),
        viewAgeNs,
        moves,
        commit: (successors, trigger) => {
          const plan = this.#plans.begin({ app, trigger, attempt: 1, phase: 'Scheduling' });
          const placed = [...successors.values()].map((pod) => [pod, pod.node!] as const);
          const channels = this.#channelsOf(model, assignment, [...own], state, successors);
          carryOut(plan, { channels, placed, leaving }, this.#channels, this.#plans);
        },
      };
    }
    return undefined;
  }

  /** Whether a node may take a pod, were it not where it is. */
  mayStay(pod: Pod, state: ClusterState): boolean {
    const [examined] = this.#examineElsewhere([{ pod }], state);
    return examined!.feasible.some(({ id }) => id === pod.node);
  }

  /** What the filters say of every node, were the pods on none. */
  #examineElsewhere(pods: readonly Pick<RunningPod, 'pod'>[], state: ClusterState) {
    for (const { pod } of pods) state.cache.forgetPod(state.schedulingPod(pod));
    const examined = pods.map(({ pod }) => this.#filter.examine(state.schedulingPod(pod), state.cache));
    for (const { pod } of pods) state.cache.assumePod(state.schedulingPod(pod), state.nodes[pod.node!]!.info);
    return examined;
  }

  /** The first pod that Kubernetes' filters refuse on its new node while all that run are where they are. */
  #refusedMove(pods: readonly RunningPod[], nodes: readonly number[], state: ClusterState): number | undefined {
    const standIns: ReturnType<ClusterState['standIn']>[] = [];
    let refused: number | undefined;
    for (const [at, { pod }] of pods.entries()) {
      if (nodes[at] === pod.node) continue;
      const { info } = state.nodes[nodes[at]!]!;
      const standIn = state.standIn(pod);
      if (this.#filter.refusal(standIn, state.cache, info) !== undefined) {
        refused = at;
        break;
      }
      state.cache.assumePod(standIn, info);
      standIns.push(standIn);
    }
    for (const standIn of standIns) state.cache.forgetPod(standIn);
    return refused;
  }

  /** What a model's workloads cost where they run now; Infinity where a channel of them has no way that it may take. */
  #currentCost(model: SwmModel, weights: ObjectiveWeights): number {
    const compiled = new CompiledModel(model, weights);
    const placement = new PartialPlacement(compiled);
    for (const [workload, { now }] of compiled.workloads.entries()) {
      if (now < 0 || !placement.put(workload, now)) return Infinity;
    }
    return placement.costOf(compiled.workloads.keys());
  }

  #refuse(
    app: AppId,
    examined: readonly ReturnType<ReturnType<typeof groupFilter>['examine']>[],
    reasons: readonly string[],
  ): readonly Decision[] {
    const attempt = (this.#failures.get(app) ?? 0) + 1;
    const isLast = attempt >= this.#settings.maxAttempts;
    if (isLast) this.#failures.delete(app);
    else this.#failures.set(app, attempt);
    const what = isLast
      ? 'placement-attempts-exhausted'
      : `not feasible, attempt ${attempt} of ${this.#settings.maxAttempts}`;
    const why = [what, ...reasons].join('; ');
    const plan = this.#plans.begin({ app, trigger: undefined, attempt, phase: isLast ? 'Failed' : 'Placing' });
    this.#plans.act(plan, 'None', { error: why });
    const context = {
      verdicts: this.#world.recording.verdicts,
      draws: this.#kernel.streams.get(`${this.#streams}scheduler/ties`),
    };
    return examined.map((ofPod): Decision => {
      const decision = ofPod.refuse(why, context);
      return isLast ? decision : { ...decision, failed: true };
    });
  }

  #nodesOf(pods: readonly Pod[], { workloads }: Assignment): NodeId[] {
    const nodeOf = new Map(workloads.map(({ workload, node }) => [workload, this.#nodeIds.get(node)!]));
    return pods.map(({ name }) => nodeOf.get(name)!);
  }

  /** The first pod that Kubernetes' filters refuse once those before it are on their nodes: limits on pods, ports, affinities. */
  #refusal(
    pods: readonly Pod[],
    nodes: readonly number[],
    state: ClusterState,
  ): { pod: number; reason: string } | undefined {
    let found: { pod: number; reason: string } | undefined;
    const assumed: Pod[] = [];
    for (const [at, pod] of pods.entries()) {
      const { info } = state.nodes[nodes[at]!]!;
      const reason = this.#filter.refusal(state.schedulingPod(pod), state.cache, info);
      if (reason !== undefined) {
        found = { pod: at, reason: `${pod.name} on ${info.name}: ${reason}` };
        break;
      }
      state.cache.assumePod(state.schedulingPod(pod), info);
      assumed.push(pod);
    }
    for (const pod of assumed) state.cache.forgetPod(state.schedulingPod(pod));
    return found;
  }

  /** The channels that an assignment says, between pods; in place of each that moves, the one that takes its place. */
  #channelsOf(
    model: SwmModel,
    { channels }: Assignment,
    pods: readonly Pod[],
    state: ClusterState,
    successors: ReadonlyMap<Pod, Pod> = new Map(),
  ): LiveChannel[] {
    const index = new ModelIndex(model);
    const podOf = new Map([...state.pods.filter(isThere), ...pods].map((pod) => [pod.name, pod]));
    for (const [before, now] of successors) podOf.set(before.name, now);
    return channels.map(({ network, path, source: from, target: to }, at) => {
      const { id, sourceWorkload, targetWorkload } = model.appGroup.channels[at]!;
      const [source, target] = [podOf.get(sourceWorkload)!, podOf.get(targetWorkload)!];
      const channel = this.#world.services[source.service]!.channels.find(
        ({ name }) => channelId(name, sourceWorkload, targetWorkload) === id,
      )!;
      return {
        id: channelId(channel.name, source.name, target.name),
        channel,
        source,
        target,
        from: this.#nodeIds.get(from)!,
        to: this.#nodeIds.get(to)!,
        path,
        way: this.#models.wayOf(path === LOOPBACK ? [] : index.linksOf(network, path)!),
      };
    });
  }

  /** By pod: what it would cost on a node with all others where they were put; Infinity where its channels cannot reach. */
  #estimates(
    model: SwmModel,
    { workloads }: Assignment,
    pods: readonly Pod[],
    weights: ObjectiveWeights,
  ): ((node: number) => number)[] {
    const compiled = new CompiledModel(model, weights);
    const placement = new PartialPlacement(compiled);
    const nodeIndex = new Map(compiled.nodes.map((id, node) => [id, node]));
    const workloadOf = new Map(compiled.workloads.map(({ id }, workload) => [id, workload]));
    for (const { workload, node } of workloads) placement.put(workloadOf.get(workload)!, nodeIndex.get(node)!);
    return pods.map(({ name }) => {
      const workload = workloadOf.get(name)!;
      return (node) => placement.estimate(workload, nodeIndex.get(this.#world.nodes[node]!.name)!);
    });
  }
}

const isThere = ({ phase }: Pod): boolean => phase !== 'gone' && phase !== 'terminating';
