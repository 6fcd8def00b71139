import { exp, log, type RandomStream } from '../../kernel/index.ts';
import type { Candidates } from './candidates.ts';
import type { CompiledModel } from './compiled-model.ts';
import { NOWHERE, type PartialPlacement } from './partial-placement.ts';

/** First and last temperature, as shares of what one workload's cost varies by. Own design. */
const HOT = 0.1;
const COLD = 0.005;
const LOG_FALL = log(COLD / HOT);
/** Share of moves that try the node of a workload that the moved one has a channel with. Own design. */
const TO_A_PEER = 0.3;

/**
 * Simulated annealing (Kirkpatrick, Gelatt and Vecchi, Science 220, 1983) of single moves: a workload goes to another node,
 * or changes places with one there where that has no room. Temperatures fall geometrically; the moves are own design.
 */
export class Annealing {
  readonly #model: CompiledModel;
  readonly #placement: PartialPlacement;
  readonly #candidates: Candidates;
  readonly #draws: RandomStream;

  constructor(model: CompiledModel, placement: PartialPlacement, candidates: Candidates, draws: RandomStream) {
    this.#model = model;
    this.#placement = placement;
    this.#candidates = candidates;
    this.#draws = draws;
  }

  /**
   * Tries so many moves; what is nowhere stays there.
   * @param spread what the cost of a workload varies by between nodes
   */
  run(moves: number, spread: number): void {
    const { workloads } = this.#model;
    for (let move = 0; move < moves; move++) {
      const temperature = spread * HOT * exp(LOG_FALL * (move / moves));
      const workload = this.#draws.integer(workloads.length);
      const from = this.#placement.node[workload]!;
      if (from === NOWHERE) continue;
      const to = this.#target(workload);
      if (to === from || to === NOWHERE || !this.#candidates.isAllowed(workload, to)) continue;
      if (this.#placement.hasRoom(workload, to)) this.#relocate(workload, to, temperature);
      else this.#swap(workload, to, temperature);
    }
  }

  #target(workload: number): number {
    const { allowed, channels } = this.#model.workloads[workload]!;
    if (channels.length === 0 || !this.#draws.bernoulli(TO_A_PEER))
      return allowed[this.#draws.integer(allowed.length)]!;
    const { source, target } = this.#model.channels[channels[this.#draws.integer(channels.length)]!]!;
    return this.#placement.node[source === workload ? target : source]!;
  }

  #relocate(workload: number, to: number, temperature: number): void {
    const moved = [workload];
    const before = this.#placement.costOf(moved);
    if (!this.#accepts(this.#placement.estimate(workload, to) - before, temperature)) return;
    const back = this.#placement.remember(moved);
    this.#placement.take(workload);
    if (!this.#placement.put(workload, to)) back();
  }

  #swap(workload: number, to: number, temperature: number): void {
    const there = [...this.#placement.onNode[to]!];
    if (there.length === 0) return;
    const other = there[this.#draws.integer(there.length)]!;
    const from = this.#placement.node[workload]!;
    if (!this.#candidates.isAllowed(other, from)) return;
    const both = [workload, other];
    const before = this.#placement.costOf(both);
    const back = this.#placement.remember(both);
    for (const one of both) this.#placement.take(one);
    const isPlaced = this.#put(workload, to) && this.#put(other, from);
    if (!isPlaced || !this.#accepts(this.#placement.costOf(both) - before, temperature)) back();
  }

  #put(workload: number, node: number): boolean {
    return this.#placement.hasRoom(workload, node) && this.#placement.put(workload, node);
  }

  /** Metropolis' rule. */
  #accepts(change: number, temperature: number): boolean {
    return change <= 0 || this.#draws.uniform() < exp(-change / temperature);
  }
}
