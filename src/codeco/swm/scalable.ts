import type { RandomStream } from '../../kernel/index.ts';
import { Annealing } from './annealing.ts';
import { Candidates } from './candidates.ts';
import { CompiledModel, type Route } from './compiled-model.ts';
import type { Reply, SwmModel } from './contract.ts';
import { reasonsAgainst } from './infeasibility.ts';
import { NOWHERE, PartialPlacement } from './partial-placement.ts';
import type { SolveOptions, SwmSolver } from './solver.ts';

/** Workloads that one iteration takes out at most. */
const LARGEST_NEIGHBOURHOOD = 12;
/** Moves of the annealing for each iteration: four a workload, up to so many. */
const MOST_MOVES = 200;
/** Iterations for each model that is tried only to say why the group's own cannot be placed. */
const RELAXED_ITERATIONS = 200;
/** How much worse than the best a placement may be to go on from at first, as a share of what one workload's cost varies by. */
const FIRST_TOLERANCE = 0.5;
/** How often a group of so many workloads is annealed; others once: smaller ones are near their best then, and larger ones take long. */
const HEATS = { times: 4, from: 25, to: 64 };
/** Workloads whose costs are looked at for the tolerance. */
const SAMPLED = 32;

/**
 * Places a group by construction and large neighbourhood search: what runs stays, the others are put where they cost
 * least, the most restricted first; where none ran, single moves are annealed next; then some workloads that have to do with each other are taken out and put back in
 * another order, and what came of it is kept if it is better, or at first not much worse. It works on groups of thousands and
 * finds good placements, not the best for certain; nor is a group that it finds no place for impossible for certain. The
 * method is Shaw's (Using constraint programming and local search methods to solve vehicle routing problems, CP 1998), with
 * the threshold of Dueck's record-to-record travel (1993); neighbourhoods and numbers are own design. Its budget counts
 * iterations.
 */
export function scalableSolver(): SwmSolver {
  return {
    name: 'scalable',
    solve(model, options): Reply {
      const assignment = search(model, options, options.budget);
      if (assignment !== undefined) return { feasible: true, assignment, errors: [], messages: [] };
      const isFeasible = (relaxed: SwmModel): boolean =>
        search(relaxed, options, Math.min(options.budget, RELAXED_ITERATIONS)) !== undefined;
      const messages = [`no placement found within ${options.budget} iterations`];
      return { feasible: false, errors: reasonsAgainst(model, isFeasible), messages };
    },
  };
}

function search(model: SwmModel, { weights, draws }: SolveOptions, iterations: number) {
  const compiled = new CompiledModel(model, weights);
  if (compiled.workloads.some(({ allowed }) => allowed.length === 0)) return undefined;
  const placement = new Search(compiled, draws);
  placement.construct();
  placement.improve(iterations);
  return placement.result();
}

/** A placement as it was: how many workloads have a node, what it costs, and what is where. */
interface Best {
  readonly placed: number;
  readonly cost: number;
  readonly node: Int32Array;
  readonly route: readonly (Route | undefined)[];
}

const heats = (workloads: number): number => (workloads >= HEATS.from && workloads <= HEATS.to ? HEATS.times : 1);

class Search {
  readonly #model: CompiledModel;
  readonly #draws: RandomStream;
  readonly #placement: PartialPlacement;
  readonly #candidates: Candidates;
  readonly #all: readonly number[];
  /** What the placement costs now. */
  #cost = 0;
  /** The best so far. */
  #best: Best = { placed: -1, cost: Infinity, node: new Int32Array(0), route: [] };

  constructor(model: CompiledModel, draws: RandomStream) {
    this.#model = model;
    this.#draws = draws;
    this.#placement = new PartialPlacement(model);
    this.#candidates = new Candidates(model, draws);
    this.#all = [...model.workloads.keys()];
  }

  /** Leaves what runs where it is, as far as that may be, and puts the others in, each next to what it talks to. */
  construct(): void {
    const { workloads } = this.#model;
    for (const [workload, { now }] of workloads.entries()) {
      if (now >= 0 && this.#candidates.isAllowed(workload, now) && this.#placement.hasRoom(workload, now)) {
        if (this.#placement.estimate(workload, now) < Infinity) this.#placement.put(workload, now);
      }
    }
    const rank = this.#all.toSorted((a, b) => this.#hardness(b) - this.#hardness(a) || a - b);
    const reached = new Set<number>();
    for (const first of rank) {
      const queue = [first];
      for (const workload of queue) {
        if (reached.has(workload)) continue;
        reached.add(workload);
        if (this.#placement.node[workload] === NOWHERE) this.#insert(workload, 0);
        queue.push(...this.#peers(workload));
      }
    }
    this.#keep();
  }

  improve(iterations: number): void {
    const { workloads } = this.#model;
    if (workloads.length === 0) return;
    const spread = this.#spread();
    // what runs is not shaken up
    if (workloads.every(({ now }) => now < 0)) {
      for (let heat = 0; heat < heats(workloads.length); heat++)
        this.#anneal(iterations * Math.min(MOST_MOVES, 4 * workloads.length), spread);
    }
    for (let iteration = 0; iteration < iterations; iteration++) {
      const tolerance = FIRST_TOLERANCE * spread * (1 - iteration / iterations);
      const taken: readonly number[] = this.#neighbourhood();
      const before = { placed: this.#placement.placedCount, cost: this.#placement.costOf(taken) };
      const back = this.#placement.remember(taken);
      for (const workload of taken) if (this.#placement.node[workload] !== NOWHERE) this.#placement.take(workload);
      const order = this.#reordered(taken);
      const noise = this.#draws.bernoulli(0.5) ? 0 : spread * this.#draws.uniform();
      if (this.#draws.bernoulli(0.4)) this.#anchor(order[0]!);
      for (const workload of order) if (this.#placement.node[workload] === NOWHERE) this.#insert(workload, noise);
      const { placedCount } = this.#placement;
      const change = this.#placement.costOf(taken) - before.cost;
      const isWorse = placedCount === before.placed && this.#cost + change > this.#best.cost + tolerance;
      if (placedCount < before.placed || (change >= 0 && isWorse)) {
        back();
        continue;
      }
      this.#cost += change;
      if (placedCount > this.#best.placed || this.#cost < this.#best.cost) this.#keep();
    }
  }

  /** What comes of it counts where it is better; otherwise all is as before. */
  #anneal(moves: number, spread: number): void {
    const back = this.#placement.remember(this.#all);
    new Annealing(this.#model, this.#placement, this.#candidates, this.#draws).run(moves, spread);
    if (this.#placement.costOf(this.#all) < this.#best.cost) this.#keep();
    else back();
  }

  /** The best placement found, in the contract's form; undefined where none holds all workloads. */
  result() {
    const { placed, node, route } = this.#best;
    return placed < this.#all.length ? undefined : this.#model.assignment(node, route as readonly Route[]);
  }

  #keep(): void {
    // summed up anew, so that rounding does not add up
    this.#cost = this.#placement.costOf(this.#all);
    this.#best = {
      placed: this.#placement.placedCount,
      cost: this.#cost,
      node: this.#placement.node.slice(),
      route: this.#placement.route.slice(),
    };
  }

  /** Puts a workload where it costs least, give or take the noise; nowhere if nothing can take it. */
  #insert(workload: number, noise: number): void {
    for (const nodes of [this.#candidates.some(workload, this.#placement), this.#model.workloads[workload]!.allowed]) {
      const costs = new Float64Array(nodes.length);
      for (let at = 0; at < nodes.length; at++) {
        costs[at] = Infinity;
        if (!this.#placement.hasRoom(workload, nodes[at]!)) continue;
        costs[at] = this.#placement.estimate(workload, nodes[at]!);
        if (noise > 0) costs[at]! += noise * this.#draws.uniform();
      }
      for (;;) {
        let best = 0;
        for (let at = 1; at < costs.length; at++) if (costs[at]! < costs[best]!) best = at;
        if (!(costs[best]! < Infinity)) break;
        if (this.#placement.put(workload, nodes[best]!)) return;
        costs[best] = Infinity;
      }
      if (nodes === this.#model.workloads[workload]!.allowed) return;
    }
  }

  /** Puts a workload on any node that can take it: those that are put in after it gather about it. */
  #anchor(workload: number): void {
    const { allowed } = this.#model.workloads[workload]!;
    const node = allowed[this.#draws.integer(allowed.length)]!;
    if (this.#placement.hasRoom(workload, node)) this.#placement.put(workload, node);
  }

  /** Workloads to take out: those that have no place with what is in their way, or some that have to do with each other. */
  #neighbourhood(): number[] {
    const { workloads } = this.#model;
    const size = Math.min(workloads.length, 2 + this.#draws.integer(LARGEST_NEIGHBOURHOOD - 1));
    const unplaced = this.#placement.isComplete
      ? []
      : this.#all.filter((workload) => this.#placement.node[workload] === NOWHERE);
    const first =
      unplaced.length > 0 ? unplaced[this.#draws.integer(unplaced.length)]! : this.#draws.integer(workloads.length);
    const taken = new Set([first, ...unplaced.slice(0, size)]);
    const kind = this.#draws.integer(3);
    const { allowed } = workloads[first]!;
    const queue = [first];
    for (let tries = 0; taken.size < size && tries < 4 * size; tries++) {
      if (kind === 0 || (kind === 1 && queue.length === 0)) taken.add(this.#draws.integer(workloads.length));
      else if (kind === 1) {
        // along channels
        const at = queue.splice(this.#draws.integer(queue.length), 1)[0]!;
        const peers = this.#draws.shuffle(this.#peers(at).filter((peer) => !taken.has(peer)));
        for (const peer of peers) if (taken.size < size) queue.push((taken.add(peer), peer));
      } else {
        // by node
        const node = allowed[this.#draws.integer(allowed.length)]!;
        for (const workload of this.#placement.onNode[node]!) if (taken.size < size) taken.add(workload);
      }
    }
    return [...taken];
  }

  #reordered(taken: readonly number[]): number[] {
    const order = this.#draws.shuffle([...taken]);
    return this.#draws.bernoulli(0.3) ? order.sort((a, b) => this.#hardness(b) - this.#hardness(a)) : order;
  }

  #peers(workload: number): number[] {
    return this.#model.workloads[workload]!.channels.map((channel) => {
      const { source, target } = this.#model.channels[channel]!;
      return source === workload ? target : source;
    });
  }

  /** The larger and the more restricted a workload, the earlier it should choose. */
  #hardness(workload: number): number {
    return this.#candidates.hardness[workload]!;
  }

  /** Mean of what the cost of a workload varies by between nodes, over some workloads. */
  #spread(): number {
    let total = 0;
    const stride = Math.ceil(this.#all.length / SAMPLED);
    const sampled = this.#all.filter((workload) => workload % stride === 0);
    for (const workload of sampled) {
      let [least, most] = [Infinity, -Infinity];
      for (const node of this.#candidates.some(workload, this.#placement)) {
        const cost = this.#placement.estimate(workload, node);
        if (cost === Infinity || node === this.#model.workloads[workload]!.now) continue;
        least = Math.min(least, cost);
        most = Math.max(most, cost);
      }
      if (most > least) total += most - least;
    }
    return total / sampled.length;
  }
}
