import type { Nanoseconds } from '../kernel/index.ts';
import type { AccessPointId, LinkId, NodeId } from './ids.ts';
import type { Duration } from './world.ts';

/**
 * What a fault does to one entity while it lasts; whatever a scenario calls it, it comes down to these.
 *
 * What is lost and what survives (own design where Kubernetes does not say):
 * - `crash`: the node is off. Lost: its pods' CPU work and waiting requests (their callers know at once), flows and messages
 *   from, to and through it. Kept: pods stay bound, and start anew on its return unless they were evicted by then;
 *   datasets on its disk, and the image layers that had come whole: its image pulls begin anew and fetch the others. It draws
 *   no power.
 * - `cut`: the link carries nothing. Flows over it take another route with the bytes they have left, or are lost. Pods and
 *   their work go on.
 * - `slow`: its cores do this share of their work a second; with 0 its containers are frozen and lose nothing. Tasks keep
 *   the work they have done; cores that have tasks count as busy; the kubelet and the network of the node go on.
 * - `degrade`: the link keeps a share of its bandwidth, takes longer, and loses packets with a probability. Flows slow down or
 *   take another route when they are sent; lost messages are sent again, as TCP does, and given up at last. With a share of
 *   0 what is under way waits.
 * - `access-point`: whoever is attached goes to another one in range, or is cut off until it is back; flows over its cell are
 *   lost. Its node goes on.
 * - `kubelet`: it says that its node is not ready, and neither starts nor stops a pod; its lease goes on. Pods that run go on
 *   and stay endpoints, for whatever is wrong with it, such as its container runtime, they are not told of it.
 */
export type FaultEffect = { /** Name of the entity. */ readonly target: string } & (
  | { readonly kind: 'crash'; readonly node: NodeId }
  | { readonly kind: 'cut'; readonly link: LinkId }
  | { readonly kind: 'slow'; readonly node: NodeId; readonly speedShare: number }
  | {
      readonly kind: 'degrade';
      readonly link: LinkId;
      readonly bandwidthShare: number;
      readonly addedLatencyNs: Nanoseconds;
      /** Probability of loss beside what the link states; 0 where absent. */
      readonly loss?: number;
    }
  | { readonly kind: 'access-point'; readonly accessPoint: AccessPointId }
  | { readonly kind: 'kubelet'; readonly node: NodeId }
);

/** When a fault strikes: at a stated time, or again and again, up and down for times that are drawn. */
export type FaultTiming =
  | { readonly atNs: Nanoseconds; readonly durationNs?: Nanoseconds }
  | { readonly upFor: Duration; readonly downFor: Duration };

/** Something that breaks: all its effects begin and end together. Without a duration it lasts to the end of the run. */
export interface Fault {
  /** What its random streams are named after: no other fault of the world has it. */
  readonly name: string;
  readonly timing: FaultTiming;
  readonly effects: readonly FaultEffect[];
  /** Each effect takes hold with this probability each time it strikes; all do where absent. */
  readonly probability?: number;
  /** While it lasts, the effects come and go: `downNs` in force, `upNs` not. */
  readonly flapping?: { readonly upNs: Nanoseconds; readonly downNs: Nanoseconds };
}
