import type { RandomStream, RandomStreams } from '../../kernel/index.ts';
import type { AccessPoint, Link } from '../../model/index.ts';

/** Payload of a segment: an Ethernet frame's 1,500 bytes less the headers of IPv4 and TCP. */
const SEGMENT_BYTES = 1460;
/** C of Mathis et al. for losses at random and an acknowledgement for every segment. */
const MATHIS_CONSTANT = Math.sqrt(3 / 2);
/** Linux' TCP_RTO_MIN and TCP_RTO_MAX; RFC 6298 would have 1 s for the former. */
const SHORTEST_TIMEOUT_NS = 200e6;
const LONGEST_TIMEOUT_NS = 120e9;
/** Linux' default of tcp_retries2. */
const MOST_RETRIES = 15;

interface Way {
  readonly jitterNs: number;
  readonly statedLoss: number;
  /** Probability that what crosses it is lost, with what a fault adds. */
  loss: number;
  readonly delays: RandomStream;
  readonly losses: RandomStream;
}

/**
 * Jitter and loss of links and radio legs. Only those that state some are drawn for, each from streams of its own.
 *
 * - **Jitter** is an exponential delay beside the latency, of the stated mean, drawn for every message, and once for a
 *   flow's latency, at every link crossed. Nothing keeps messages in order. Own design.
 * - **Loss** of messages is followed by retransmission as in Linux' TCP: after the round trip and 200 ms, then twice as
 *   long each time, at most 120 s; after 15 retransmissions the message is LOST. The response to the timeout is that of
 *   RFC 6298 with a round trip that does not vary; the lost and the late are known when the message is sent, so later
 *   changes of the loss do not matter to it.
 * - **Loss** holds flows to the rate MSS/RTT · C/sqrt(p), C = sqrt(3/2), of Mathis, Semke, Mahdavi & Ott, "The
 *   macroscopic behavior of the TCP congestion avoidance algorithm" (1997), for the loss at the start of the flow.
 */
export class Impairments {
  readonly #streams: RandomStreams;
  /** By arc >> 1; undefined where there is neither jitter nor loss. */
  readonly #ways: (Way | undefined)[];
  readonly #names: readonly string[];
  #count = 0;

  constructor(
    streams: RandomStreams,
    links: readonly Pick<Link, 'name' | 'jitterNs' | 'loss'>[],
    accessPoints: readonly Pick<AccessPoint, 'name' | 'jitterNs' | 'loss'>[],
  ) {
    this.#streams = streams;
    const all = [...links, ...accessPoints];
    this.#names = [
      ...links.map(({ name }) => `link/${name}`),
      ...accessPoints.map(({ name }) => `access-point/${name}`),
    ];
    this.#ways = all.map(() => undefined);
    for (const [index, { jitterNs = 0, loss = 0 }] of all.entries()) {
      if (jitterNs > 0 || loss > 0) this.#add(index, jitterNs, loss);
    }
  }

  /** Whether anything is to be drawn or limited at all. */
  get areAny(): boolean {
    return this.#count > 0;
  }

  /**
   * Adds a loss to that which a link states, independent of it, in place of the one added before.
   * @throws {RangeError} if it is not in 0 … 1
   */
  setAddedLoss(link: number, loss: number): void {
    if (!(loss >= 0 && loss <= 1)) throw new RangeError(`loss ${loss}: expected a probability, 0 to 1`);
    if (loss === 0 && this.#ways[link] === undefined) return;
    const way = this.#ways[link] ?? this.#add(link, 0, 0);
    way.loss = 1 - (1 - way.statedLoss) * (1 - loss);
  }

  /** The present probability that what crosses a link is lost. */
  lossOf(link: number): number {
    return this.#ways[link]?.loss ?? 0;
  }

  /** The jitter of one passage of a path, whole ns. */
  jitterNs(arcs: ArrayLike<number>, length: number): number {
    let sum = 0;
    for (let i = 0; i < length; i++) {
      const way = this.#ways[arcs[i]! >> 1];
      if (way !== undefined && way.jitterNs > 0) sum += Math.ceil(way.jitterNs * way.delays.exponential());
    }
    return sum;
  }

  /**
   * How long after its first transmission the transmission of a message that arrives begins, ns; Infinity where none does.
   * @param latencyNs of the path, one way
   */
  retransmissionNs(arcs: ArrayLike<number>, length: number, latencyNs: number): number {
    let delayNs = 0;
    let timeoutNs = 2 * latencyNs + SHORTEST_TIMEOUT_NS;
    for (let retries = 0; this.#isLost(arcs, length); retries++) {
      if (retries === MOST_RETRIES) return Infinity;
      delayNs += timeoutNs;
      timeoutNs = Math.min(2 * timeoutNs, LONGEST_TIMEOUT_NS);
    }
    return delayNs;
  }

  /** How long after its first transmission a message of which no transmission arrives is given up, ns. */
  givenUpAfterNs(latencyNs: number): number {
    let delayNs = 0;
    let timeoutNs = 2 * latencyNs + SHORTEST_TIMEOUT_NS;
    for (let transmission = 0; transmission <= MOST_RETRIES; transmission++) {
      delayNs += timeoutNs;
      timeoutNs = Math.min(2 * timeoutNs, LONGEST_TIMEOUT_NS);
    }
    return delayNs;
  }

  /** The highest rate that the loss on a path lets a flow have, bit/s, or Infinity. */
  limitBps(arcs: ArrayLike<number>, length: number, latencyNs: number): number {
    let arriving = 1;
    for (let i = 0; i < length; i++) {
      const way = this.#ways[arcs[i]! >> 1];
      if (way !== undefined) arriving *= 1 - way.loss;
    }
    const loss = 1 - arriving;
    if (loss >= 1) return 0;
    if (loss === 0 || latencyNs === 0) return Infinity;
    return ((SEGMENT_BYTES * 8e9) / (2 * latencyNs)) * (MATHIS_CONSTANT / Math.sqrt(loss));
  }

  #isLost(arcs: ArrayLike<number>, length: number): boolean {
    for (let i = 0; i < length; i++) {
      const way = this.#ways[arcs[i]! >> 1];
      if (way !== undefined && way.loss > 0 && way.losses.uniform() < way.loss) return true;
    }
    return false;
  }

  #add(index: number, jitterNs: number, loss: number): Way {
    const name = this.#names[index]!;
    const delays = this.#streams.get(`${name}/jitter`);
    const way = { jitterNs, statedLoss: loss, loss, delays, losses: this.#streams.get(`${name}/loss`) };
    this.#ways[index] = way;
    this.#count++;
    return way;
  }
}
