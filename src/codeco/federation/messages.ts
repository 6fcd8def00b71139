import { DELIVERED, type Network, type ReceiverId } from '../../dynamics/index.ts';
import type { ClusterId, World } from '../../model/index.ts';

/** Sends the messages of a federation between the gateways of clusters, and counts them. */
export class Messages {
  sent = 0;
  bytes = 0;
  readonly #network: Network;
  readonly #world: Pick<World, 'clusters'>;
  readonly #receiver: ReceiverId;
  readonly #underWay = new Map<number, (arrived: boolean) => void>();

  constructor(network: Network, world: Pick<World, 'clusters'>) {
    this.#network = network;
    this.#world = world;
    this.#receiver = network.receiver((message, outcome) => {
      const ended = this.#underWay.get(message)!;
      this.#underWay.delete(message);
      ended(outcome === DELIVERED);
    });
  }

  /** @param ended called once, in an event of its own: whether the message has arrived, or there was no way */
  send(from: ClusterId, to: ClusterId, bytes: number, ended: (arrived: boolean) => void): void {
    const { clusters } = this.#world;
    if (from !== to) {
      this.sent++;
      this.bytes += bytes;
    }
    const message = this.#next++;
    this.#underWay.set(message, ended);
    this.#network.send(this.#receiver, message, clusters[from]!.gateway, clusters[to]!.gateway, bytes);
  }

  #next = 0;
}
