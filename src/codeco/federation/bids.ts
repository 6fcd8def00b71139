import type { Kernel } from '../../kernel/index.ts';
import type { AppId, ClusterId } from '../../model/index.ts';
import type { Messages } from './messages.ts';
import type { NoteFacts } from './notes.ts';

/** Bytes of a bid, and of the call for it. Own design. */
const BID_BYTES = 256;

interface Call {
  readonly app: AppId;
  readonly decider: ClusterId;
  readonly sinceNs: number;
  readonly bids: { readonly cluster: ClusterId; readonly cost: number }[];
  readonly closed: (best: ClusterId | undefined, sinceNs: number) => void;
  awaited: number;
}

/** What calls for bids need of the federation. */
export interface Bidders {
  /** What an application would cost a cluster; undefined where it is down and says nothing. */
  bid(cluster: ClusterId, app: AppId): number | undefined;
  after(delayNs: number, resume: () => void): void;
  note(event: 'bid' | 'bid-stale', facts: NoteFacts): void;
}

/**
 * Calls for bids inside neighbourhoods: each member that is reached answers with its projected cost, and the least wins. A call
 * is closed when all have answered or its time is over; what comes later is stale. Own design.
 */
export class BidCalls {
  readonly #kernel: Pick<Kernel, 'now'>;
  readonly #timeoutNs: number;
  readonly #messages: Messages;
  readonly #bidders: Bidders;
  readonly #calls = new Map<number, Call>();
  #count = 0;

  constructor(kernel: Pick<Kernel, 'now'>, timeoutNs: number, messages: Messages, bidders: Bidders) {
    this.#kernel = kernel;
    this.#timeoutNs = timeoutNs;
    this.#messages = messages;
    this.#bidders = bidders;
  }

  /** Asks the members; `closed` is told the cheapest that answered in time, if any, and when the call began. */
  call(decider: ClusterId, app: AppId, members: readonly ClusterId[], closed: Call['closed']): void {
    const id = ++this.#count;
    this.#calls.set(id, {
      app,
      decider,
      sinceNs: this.#kernel.now,
      bids: [],
      closed,
      awaited: members.length,
    });
    for (const member of members) {
      this.#messages.send(decider, member, BID_BYTES, (called) => {
        const cost = called ? this.#bidders.bid(member, app) : undefined;
        if (cost === undefined) return;
        this.#messages.send(member, decider, BID_BYTES, (arrived) => {
          if (arrived) this.#arrived(id, member, cost, decider, app);
        });
      });
    }
    this.#bidders.after(this.#timeoutNs, () => this.#close(id));
  }

  #arrived(id: number, cluster: ClusterId, cost: number, decider: ClusterId, app: AppId): void {
    const call = this.#calls.get(id);
    this.#bidders.note(call === undefined ? 'bid-stale' : 'bid', {
      cluster: decider,
      peer: cluster,
      app,
      bytes: BID_BYTES,
      detail: `cost ${Math.round(cost * 1e6) / 1e6}`,
    });
    if (call === undefined) return;
    call.bids.push({ cluster, cost });
    if (--call.awaited === 0) this.#close(id);
  }

  #close(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    const best = call.bids
      .filter(({ cost }) => cost < Infinity)
      .toSorted((a, b) => a.cost - b.cost || a.cluster - b.cluster)[0];
    call.closed(best?.cluster, call.sinceNs);
  }
}
