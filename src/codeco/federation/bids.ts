import type { Kernel } from '../../kernel/index.ts';
import type { AppId, ClusterId } from '../../model/index.ts';
import type { Messages } from './messages.ts';
import type { NoteFacts } from './notes.ts';

/** Bytes of a bid, and of the call for it. Own design. */
const BID_BYTES = 256;

/** What a cluster says of an application that it might run. */
export interface Bid {
  readonly cost: number;
  /** Pods of the application, and of these those that it has no room for. */
  readonly pods: number;
  readonly lacking: number;
}

/** A bid that has arrived in time. */
export interface HeardBid extends Bid {
  readonly cluster: ClusterId;
}

/** Those that could run something of the application, best first: by the pods without room, then by cost. Own design. */
export const rankBids = (bids: readonly HeardBid[]): HeardBid[] =>
  bids
    .filter(({ cost, pods, lacking }) => cost < Infinity && (lacking < pods || pods === 0))
    .toSorted((a, b) => a.lacking - b.lacking || a.cost - b.cost || a.cluster - b.cluster);

interface Call {
  readonly app: AppId;
  readonly decider: ClusterId;
  readonly sinceNs: number;
  readonly bids: HeardBid[];
  readonly closed: (bids: readonly HeardBid[], sinceNs: number) => void;
  awaited: number;
}

/** What calls for bids need of the federation. */
export interface Bidders {
  /** What a cluster says of an application; undefined where it is down and says nothing. */
  bid(cluster: ClusterId, app: AppId): Bid | undefined;
  after(delayNs: number, resume: () => void): void;
  note(event: 'bid' | 'bid-stale', facts: NoteFacts): void;
}

/**
 * Calls for bids inside neighbourhoods: each member that is reached answers with its projected cost, and with how many pods it
 * has no room for. A call is closed when all have answered or its time is over; what comes later is stale. Own design.
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

  /** Asks the members; `closed` is told what was answered in time, and when the call began. */
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
        const bid = called ? this.#bidders.bid(member, app) : undefined;
        if (bid === undefined) return;
        this.#messages.send(member, decider, BID_BYTES, (arrived) => {
          if (arrived) this.#arrived(id, { cluster: member, ...bid }, decider, app);
        });
      });
    }
    this.#bidders.after(this.#timeoutNs, () => this.#close(id));
  }

  #arrived(id: number, bid: HeardBid, decider: ClusterId, app: AppId): void {
    const call = this.#calls.get(id);
    this.#bidders.note(call === undefined ? 'bid-stale' : 'bid', {
      cluster: decider,
      peer: bid.cluster,
      app,
      bytes: BID_BYTES,
      detail: inWords(bid),
    });
    if (call === undefined) return;
    call.bids.push(bid);
    if (--call.awaited === 0) this.#close(id);
  }

  #close(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#calls.delete(id);
    call.closed(call.bids, call.sinceNs);
  }
}

function inWords({ cost, pods, lacking }: Bid): string {
  const room = lacking === 0 ? '' : `, no room for ${lacking} of ${pods} pods`;
  return `cost ${Math.round(cost * 1e6) / 1e6}${room}`;
}
