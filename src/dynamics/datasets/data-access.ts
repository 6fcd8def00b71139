import type { Kernel, RandomStream } from '../../kernel/index.ts';
import type { DatasetAccess, ServiceId, VertexId, World } from '../../model/index.ts';
import { DELIVERED, type DeliveryOutcome, type Network, type ReceiverId } from '../network/index.ts';
import type { Copies, Copy } from './copies.ts';

/** Latencies as they were last observed: which copy is nearest is judged by them, not by the true state. */
export interface LatencyView {
  latencyNs(from: VertexId, to: VertexId): number;
}

/** What a service's requests have read from a dataset and written to it. */
export interface Usage {
  reads: number;
  writes: number;
  failed: number;
  bytes: number;
  ageSumNs: number;
  maxAgeNs: number;
}

/** A visit that works through its accesses. */
interface Operation {
  /** -1 once nobody waits for it any more. */
  visit: number;
  readonly service: ServiceId;
  readonly at: VertexId;
  readonly wanted: readonly number[];
  next: number;
  copy: Copy | undefined;
  /** When the version that is under way was generated. */
  generatedNs: number;
}

/**
 * Services' reads and writes of datasets, one after the other (own design). A read asks the copy of least observed latency
 * (the first in order among equals) with an empty message, and the copy answers with the bytes that are read, of the version that
 * it holds when it is asked; the age of what was read is the time since that version was generated, when it arrives. A
 * write sends its bytes to the primary, where it is a new version generated when the write was sent. What is unreachable
 * or lost fails the visit; no other copy is tried.
 */
export class DataAccess {
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #copies: Copies;
  readonly #view: LatencyView;
  readonly #done: (visit: number, ok: boolean) => void;
  readonly #accesses: readonly (readonly DatasetAccess[])[];
  readonly #usage: readonly (readonly Usage[])[];
  readonly #asked: ReceiverId;
  readonly #moved: ReceiverId;
  /** By service: all its accesses, and whether some are left to chance. */
  readonly #all: readonly (readonly number[])[];
  readonly #isDrawn: readonly boolean[];
  /** By request: by position, the accesses that were drawn. */
  readonly #drawn: (readonly (readonly number[])[] | undefined)[] = [];
  /** By slot; and the slot of each visit that waits. */
  readonly #operations: (Operation | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #slotOf = new Map<number, number>();

  /** @param done called when all that a visit wanted is done, or when something failed */
  constructor(
    kernel: Kernel,
    world: Pick<World, 'services'>,
    network: Network,
    copies: Copies,
    view: LatencyView,
    done: (visit: number, ok: boolean) => void,
  ) {
    this.#kernel = kernel;
    this.#network = network;
    this.#copies = copies;
    this.#view = view;
    this.#done = done;
    this.#accesses = world.services.map(({ behaviour }) => behaviour.data ?? []);
    this.#all = this.#accesses.map((accesses) => accesses.map((_, index) => index));
    this.#isDrawn = this.#accesses.map((accesses) => accesses.some(({ probability }) => probability < 1));
    this.#usage = this.#accesses.map((accesses) =>
      accesses.map(() => ({ reads: 0, writes: 0, failed: 0, bytes: 0, ageSumNs: 0, maxAgeNs: 0 })),
    );
    this.#asked = network.receiver((slot, outcome) => this.#answer(slot, outcome));
    this.#moved = network.receiver((slot, outcome) => this.#arrive(slot, outcome));
  }

  /** By service and access: what has been done so far. */
  get usage(): readonly (readonly Usage[])[] {
    return this.#usage;
  }

  isUsedBy(service: ServiceId): boolean {
    return this.#accesses[service]!.length > 0;
  }

  /**
   * Draws what a request will read and write at each position of its call plan, when it is issued: so that variants of a
   * scenario see the same, whatever becomes of the request. Nothing is drawn where nothing is left to chance.
   * @param services of the plan, by position
   * @param stream that of the request's user
   */
  draw(request: number, services: readonly ServiceId[], stream: () => RandomStream): void {
    if (!services.some((service) => this.#isDrawn[service])) return;
    this.#drawn[request] = services.map((service) => {
      if (!this.#isDrawn[service]) return this.#all[service]!;
      return this.#all[service]!.filter((index) => {
        const { probability } = this.#accesses[service]![index]!;
        return probability >= 1 || stream().bernoulli(probability);
      });
    });
  }

  /**
   * A visit of the service at a vertex reads and writes what its service does; `done` is told, at once if that is nothing.
   * @param request the root visit that `draw` was called with, and `position` in its call plan
   */
  begin(visit: number, request: number, position: number, service: ServiceId, at: VertexId): void {
    const slot = this.#free.pop() ?? this.#operations.length;
    const wanted = this.#isDrawn[service] ? this.#drawn[request]![position]! : this.#all[service]!;
    this.#operations[slot] = { visit, service, at, wanted, next: 0, copy: undefined, generatedNs: 0 };
    this.#slotOf.set(visit, slot);
    this.#goOn(slot);
  }

  /** Nobody waits for the visit's accesses any more; what is under way is let go of when it arrives. */
  abandon(visit: number): void {
    const slot = this.#slotOf.get(visit);
    if (slot === undefined) return;
    this.#slotOf.delete(visit);
    this.#operations[slot]!.visit = -1;
  }

  #goOn(slot: number): void {
    const operation = this.#operations[slot]!;
    if (operation.next >= operation.wanted.length || operation.visit < 0) {
      this.#finish(slot, true);
      return;
    }
    const { dataset, kind, bytes } = this.#current(operation);
    const copies = this.#copies.of[dataset]!;
    if (kind === 'read') {
      operation.copy = this.#nearest(copies, operation.at);
      this.#network.send(this.#asked, slot, operation.at, operation.copy.vertex, 0);
    } else {
      operation.generatedNs = this.#kernel.now;
      this.#network.send(this.#moved, slot, operation.at, copies[0]!.vertex, bytes);
    }
  }

  #current({ service, wanted, next }: Operation): DatasetAccess {
    return this.#accesses[service]![wanted[next]!]!;
  }

  #nearest(copies: readonly Copy[], from: VertexId): Copy {
    let best = copies[0]!;
    let leastNs = this.#view.latencyNs(from, best.vertex);
    for (const copy of copies) {
      const latencyNs = this.#view.latencyNs(from, copy.vertex);
      if (latencyNs >= leastNs) continue;
      best = copy;
      leastNs = latencyNs;
    }
    return best;
  }

  /** The copy has been asked. */
  #answer(slot: number, outcome: DeliveryOutcome): void {
    const operation = this.#operations[slot]!;
    if (outcome !== DELIVERED) {
      this.#fail(slot);
      return;
    }
    const { vertex, generatedNs } = operation.copy!;
    operation.generatedNs = generatedNs;
    this.#network.send(this.#moved, slot, vertex, operation.at, this.#current(operation).bytes);
  }

  /** What was read has arrived at the reader, or what was written at the primary. */
  #arrive(slot: number, outcome: DeliveryOutcome): void {
    if (outcome !== DELIVERED) {
      this.#fail(slot);
      return;
    }
    const operation = this.#operations[slot]!;
    const { dataset, kind, bytes } = this.#current(operation);
    const usage = this.#usage[operation.service]![operation.wanted[operation.next]!]!;
    usage.bytes += bytes;
    if (kind === 'read') {
      const ageNs = this.#kernel.now - operation.generatedNs;
      usage.reads++;
      usage.ageSumNs += ageNs;
      if (ageNs > usage.maxAgeNs) usage.maxAgeNs = ageNs;
    } else {
      usage.writes++;
      this.#copies.generate(dataset, operation.generatedNs);
    }
    operation.next++;
    this.#goOn(slot);
  }

  #fail(slot: number): void {
    const operation = this.#operations[slot]!;
    this.#usage[operation.service]![operation.wanted[operation.next]!]!.failed++;
    this.#finish(slot, false);
  }

  #finish(slot: number, ok: boolean): void {
    const { visit } = this.#operations[slot]!;
    this.#operations[slot] = undefined;
    this.#free.push(slot);
    if (visit < 0) return;
    this.#slotOf.delete(visit);
    this.#done(visit, ok);
  }
}
