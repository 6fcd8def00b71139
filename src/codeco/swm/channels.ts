import type { EndpointId, Hold, Network, ReservationId } from '../../dynamics/index.ts';
import type { Pod, PodWatcher } from '../../kubernetes/index.ts';
import type { Channel, MediumId, NodeId } from '../../model/index.ts';
import type { ObservedModel } from './observed-model.ts';

/**
 * What may follow each state of a channel. Source: the states of the Channel resource of qos-scheduler.siemens.com/v1alpha1;
 * which may follow which, beside the order that they are written in, is own design.
 */
const successorsOf = {
  REQUESTED: ['REVIEWED', 'REJECTED'],
  REVIEWED: ['IMPLEMENTING'],
  IMPLEMENTING: ['IMPLEMENTED'],
  IMPLEMENTED: ['ACK'],
  ACK: ['RUNNING', 'CANCELED'],
  RUNNING: ['OOQOS', 'DELETED'],
  OOQOS: ['RUNNING', 'DELETED'],
  REJECTED: ['REQUESTED', 'CANCELED', 'DELETED'],
  CANCELED: [],
  DELETED: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ChannelState = keyof typeof successorsOf;

/** A channel between two pods, on its way. */
export interface LiveChannel {
  readonly id: string;
  readonly channel: Channel;
  readonly source: Pod;
  readonly target: Pod;
  readonly from: NodeId;
  readonly to: NodeId;
  /** As the solver calls it. */
  readonly path: string;
  /** Its arcs; none on one node. */
  readonly way: Int32Array;
}

/** A channel that has been asked for, and is not over. */
interface OpenChannel extends LiveChannel {
  path: string;
  way: Int32Array;
  media: readonly MediumId[];
  readonly bandwidthBps: number;
  state: ChannelState;
  hasRun: boolean;
  hold: Hold | undefined;
}

/** A channel comes into a state. */
export interface ChannelNote {
  readonly channel: LiveChannel;
  readonly state: ChannelState;
  /** What is held for it. */
  readonly heldBps: number;
  /** Latency of its way as it is observed, ns; undefined where the way is known to be cut. */
  readonly latencyNs: number | undefined;
  readonly cause: string | undefined;
}

/** What channels are laid in. */
export interface ChannelGround {
  readonly network: Pick<Network, 'hold' | 'letGo' | 'mediumOf'>;
  readonly endpointOf: (node: NodeId) => EndpointId;
  /** The claim of an assured channel that states a bandwidth. */
  readonly claimOf: (channel: Channel) => ReservationId | undefined;
  readonly noted: (note: ChannelNote) => void;
}

/**
 * The channels of SWM from plan to end. An assured one with a bandwidth has that held along its way, in the network as it
 * is, from the plan until it goes; REJECTED where the way is cut or has too little left, and asked for again after every
 * probe. It runs while both its pods have been ready, and is OOQOS while its way, as it is observed, is cut or slower than
 * it may be: then it takes the fastest way that serves, if any. From REQUESTED to ACK no time passes, as no source says how
 * long that takes. Own design beyond the states.
 */
export class Channels implements PodWatcher {
  readonly #models: ObservedModel;
  readonly #ground: ChannelGround;
  readonly #open = new Set<OpenChannel>();
  /** By pod at an end. */
  readonly #byPod = new Map<Pod, Set<OpenChannel>>();

  constructor(models: ObservedModel, ground: ChannelGround) {
    this.#models = models;
    this.#ground = ground;
  }

  /** Those that are not over, what they take of which media included. */
  embedded(): readonly OpenChannel[] {
    for (const channel of this.#open) if (!isThere(channel.source) || !isThere(channel.target)) this.close(channel);
    return [...this.#open];
  }

  /** Those that a pod is an end of. */
  of(pod: Pod): readonly LiveChannel[] {
    return [...(this.#byPod.get(pod) ?? [])];
  }

  /** Asks for a channel. @returns undefined where it got what it asks for, else why it is rejected */
  request(wanted: LiveChannel): string | undefined {
    const channel: OpenChannel = {
      ...wanted,
      media: this.#mediaOf(wanted.way),
      bandwidthBps: wanted.channel.minBandwidthBps ?? 0,
      state: 'REQUESTED',
      hasRun: false,
      hold: undefined,
    };
    this.#open.add(channel);
    for (const end of [channel.source, channel.target]) {
      const there = this.#byPod.get(end) ?? new Set();
      this.#byPod.set(end, there.add(channel));
    }
    this.#note(channel);
    if (this.#hold(channel)) {
      this.#implement(channel);
      return undefined;
    }
    const why = 'the way is cut, or others hold too much of it';
    this.#enter(channel, 'REJECTED', why);
    return why;
  }

  /** A channel is over, if it was not before; what was held for it is free. */
  close(closed: LiveChannel): void {
    const channel = closed as OpenChannel;
    if (!this.#open.delete(channel)) return;
    for (const end of [channel.source, channel.target]) {
      const there = this.#byPod.get(end)!;
      there.delete(channel);
      if (there.size === 0) this.#byPod.delete(end);
    }
    this.#letGo(channel);
    this.#enter(channel, channel.hasRun ? 'DELETED' : 'CANCELED');
  }

  ready(pod: Pod): void {
    for (const channel of this.#byPod.get(pod) ?? []) this.#runIfReady(channel);
  }

  deleted(pod: Pod): void {
    for (const channel of this.of(pod)) this.close(channel);
  }

  gone(pod: Pod): void {
    this.deleted(pod);
  }

  /** The network has been observed anew. */
  look(): void {
    for (const channel of this.embedded() as readonly OpenChannel[]) {
      if (channel.way.length === 0) continue;
      if (channel.state === 'REJECTED') this.#askAgain(channel);
      else if (channel.state === 'RUNNING' || channel.state === 'OOQOS') this.#check(channel);
    }
  }

  #askAgain(channel: OpenChannel): void {
    if (!this.#hold(channel)) return;
    this.#enter(channel, 'REQUESTED', 'asked for again');
    this.#implement(channel);
  }

  #check(channel: OpenChannel): void {
    const latencyNs = this.#latencyNs(channel);
    const isServed = latencyNs <= (channel.channel.maxDelayNs ?? Number.MAX_VALUE);
    if (isServed) {
      if (channel.state === 'OOQOS') this.#enter(channel, 'RUNNING', 'its way serves again');
      return;
    }
    if (channel.state === 'RUNNING')
      this.#enter(channel, 'OOQOS', latencyNs === Infinity ? 'its way is cut' : 'its way is too slow');
    this.#layAnew(channel);
  }

  /** Takes the fastest way that is known, where it serves and has the bandwidth. */
  #layAnew(channel: OpenChannel): void {
    const found = this.#models.fastestWay(channel.from, channel.to);
    if (found === undefined || found.latencyNs > (channel.channel.maxDelayNs ?? Infinity)) return;
    const before = { path: channel.path, way: channel.way };
    this.#letGo(channel);
    Object.assign(channel, { path: found.path, way: found.way });
    if (this.#hold(channel)) {
      channel.media = this.#mediaOf(channel.way);
      this.#enter(channel, 'RUNNING', 'on another way');
      return;
    }
    Object.assign(channel, before);
    this.#hold(channel);
  }

  #implement(channel: OpenChannel): void {
    for (const state of ['REVIEWED', 'IMPLEMENTING', 'IMPLEMENTED', 'ACK'] as const) this.#enter(channel, state);
    this.#runIfReady(channel);
  }

  #runIfReady(channel: OpenChannel): void {
    if (channel.state !== 'ACK' || channel.source.phase !== 'ready' || channel.target.phase !== 'ready') return;
    channel.hasRun = true;
    this.#enter(channel, 'RUNNING');
  }

  /** Whether what it claims is held for it from now on, where it claims something. */
  #hold(channel: OpenChannel): boolean {
    const { network, endpointOf, claimOf } = this.#ground;
    const claim = channel.way.length === 0 ? undefined : claimOf(channel.channel);
    if (claim === undefined) return true;
    channel.hold = network.hold(claim, endpointOf(channel.from), endpointOf(channel.to), channel.way);
    return channel.hold !== undefined;
  }

  #letGo(channel: OpenChannel): void {
    if (channel.hold !== undefined) this.#ground.network.letGo(channel.hold);
    channel.hold = undefined;
  }

  #mediaOf(way: Int32Array): MediumId[] {
    return Array.from(way, (arc) => this.#ground.network.mediumOf(arc as never));
  }

  #latencyNs({ way, from, to }: OpenChannel): number {
    return this.#models.latencyNs(way, from, to);
  }

  #enter(channel: OpenChannel, state: ChannelState, cause?: string): void {
    if (!(successorsOf[channel.state] as readonly ChannelState[]).includes(state))
      throw new Error(`channel ${channel.id} cannot become ${state}: it is ${channel.state}`);
    channel.state = state;
    this.#note(channel, cause);
  }

  #note(channel: OpenChannel, cause?: string): void {
    const latencyNs = this.#latencyNs(channel);
    this.#ground.noted({
      channel,
      state: channel.state,
      heldBps: channel.hold?.bandwidthBps ?? 0,
      latencyNs: latencyNs === Infinity ? undefined : latencyNs,
      cause,
    });
  }
}

const isThere = ({ phase }: Pod): boolean => phase !== 'gone' && phase !== 'terminating';
