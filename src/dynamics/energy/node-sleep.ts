import {
  MAX_TIME_NS,
  NO_EVENT,
  type EventId,
  type HandlerId,
  type Kernel,
  type Nanoseconds,
} from '../../kernel/index.ts';
import type { Node, NodeId, SleepState } from '../../model/index.ts';

export const AWAKE = 0;
export const ASLEEP = 1;
export const WAKING = 2;
export type Wakefulness = typeof AWAKE | typeof ASLEEP | typeof WAKING;

interface Sleeper {
  readonly sleep: SleepState;
  state: Wakefulness;
  isUp: boolean;
  isInUse: boolean;
  /** It stays awake at least until then, ns. */
  heldUntilNs: number;
  /** When it falls asleep or, while it wakes, is awake. */
  event: EventId;
  eventNs: number;
}

/**
 * Nodes that go to sleep when nothing has used their CPU for a time, and wake when something comes; own design, after the
 * idle states with a delay and an energy of their own that processors have (ACPI 6.5, 8.1).
 *
 * - A node that is up, uses no CPU and brings up no pod for the time `after` falls asleep: its cores stand still.
 * - A CPU task, or a pod that is to start there, wakes it. That takes the time `wakeTime`, in which tasks wait, as they do on
 *   a node slowed down to nothing; a pod's start-up on the node begins after it. What comes while it wakes waits with them.
 * - Asleep it draws its sleeping power; while it wakes its idle power and, evenly, the energy of waking.
 * - A crash ends sleep; a node that comes back is awake.
 * - Kubernetes sees a node that sleeps as ready: its kubelet answers, as where the network card answers for a machine.
 */
export class NodeSleep {
  readonly #kernel: Kernel;
  /** By node; undefined where it never sleeps. */
  readonly #sleepers: (Sleeper | undefined)[];
  readonly #fallAsleep: HandlerId;
  readonly #wakeUp: HandlerId;
  readonly #changed: (node: NodeId) => void;
  readonly #freeze: (node: NodeId, frozen: boolean) => void;

  /**
   * @param changed told after each change of a node's state
   * @param freeze stops the node's cores, or lets them go on
   */
  constructor(
    kernel: Kernel,
    nodes: readonly Pick<Node, 'power'>[],
    changed: (node: NodeId) => void,
    freeze: (node: NodeId, frozen: boolean) => void,
  ) {
    this.#kernel = kernel;
    this.#changed = changed;
    this.#freeze = freeze;
    this.#sleepers = nodes.map(
      ({ power: { sleep } }) =>
        sleep && { sleep, state: AWAKE, isUp: true, isInUse: false, heldUntilNs: 0, event: NO_EVENT, eventNs: 0 },
    );
    this.#fallAsleep = kernel.on('energy.sleep', (node) => this.#enter(node as NodeId, ASLEEP));
    this.#wakeUp = kernel.on('energy.wake', (node) => this.#enter(node as NodeId, AWAKE));
    for (const node of this.#sleepers.keys()) this.#arm(node as NodeId);
  }

  stateOf(node: NodeId): Wakefulness {
    return this.#sleepers[node]?.state ?? AWAKE;
  }

  /** The CPU in use on a node has changed, or it went down or came back. */
  follow(node: NodeId, isUp: boolean, isInUse: boolean): void {
    const sleeper = this.#sleepers[node];
    if (sleeper === undefined || (sleeper.isUp === isUp && sleeper.isInUse === isInUse)) return;
    sleeper.isUp = isUp;
    sleeper.isInUse = isInUse;
    if (!isUp) {
      sleeper.heldUntilNs = 0;
      if (sleeper.state !== AWAKE) this.#freeze(node, false);
      sleeper.state = AWAKE;
    } else if (isInUse && sleeper.state === ASLEEP) sleeper.state = WAKING;
    else if (sleeper.state === WAKING) return;
    this.#arm(node);
  }

  /**
   * Wakes a node for a pod that is to start there, and keeps it awake.
   * @returns when it is awake, ns; now where it is
   */
  wake(node: NodeId): number {
    const sleeper = this.#sleepers[node];
    if (sleeper === undefined || !sleeper.isUp || sleeper.state === AWAKE) return this.#kernel.now;
    if (sleeper.state === ASLEEP) {
      sleeper.state = WAKING;
      this.#arm(node);
      this.#changed(node);
    }
    return sleeper.eventNs;
  }

  /** A node stays awake at least until a time, at which a pod will have started there; it must be awake or wake. */
  keepAwake(node: NodeId, untilNs: number): void {
    const sleeper = this.#sleepers[node];
    if (sleeper === undefined || untilNs <= sleeper.heldUntilNs) return;
    sleeper.heldUntilNs = untilNs;
    if (sleeper.state === AWAKE) this.#arm(node);
  }

  #enter(node: NodeId, state: typeof ASLEEP | typeof AWAKE): void {
    const sleeper = this.#sleepers[node]!;
    sleeper.event = NO_EVENT;
    sleeper.state = state;
    this.#arm(node);
    this.#freeze(node, state === ASLEEP);
    this.#changed(node);
  }

  /** Sets the node's next change, which its own state and use make. */
  #arm(node: NodeId): void {
    const sleeper = this.#sleepers[node];
    if (sleeper === undefined) return;
    const { now } = this.#kernel;
    const { sleep, state } = sleeper;
    this.#kernel.cancel(sleeper.event);
    sleeper.event = NO_EVENT;
    if (state === ASLEEP || !sleeper.isUp || (state === AWAKE && sleeper.isInUse)) return;
    const [timeNs, handler] =
      state === WAKING
        ? [now + sleep.wakeTimeNs, this.#wakeUp]
        : [Math.max(now, sleeper.heldUntilNs) + sleep.afterNs, this.#fallAsleep];
    sleeper.eventNs = timeNs;
    if (timeNs <= MAX_TIME_NS) sleeper.event = this.#kernel.at(timeNs as Nanoseconds, handler, node);
  }
}
