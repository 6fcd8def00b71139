import type { Kernel } from '../../kernel/index.ts';
import type { Pod, PodWatcher } from '../../kubernetes/index.ts';
import type { AppId, MigrationTriggerName, NodeId } from '../../model/index.ts';

/** What a plan may consist of. Source: the status of the AssignmentPlan resource of qos-scheduler.siemens.com/v1alpha1. */
export type PlanActionName =
  | 'CreatePod'
  | 'DeletePod'
  | 'CreateChannel'
  | 'DeleteChannel'
  | 'CreateEndpoint'
  | 'DeleteEndpoint'
  | 'ReconfigureEndpoint'
  | 'None';

/** An answer of the solver for a group. */
export interface AssignmentPlan {
  /** From 0, in the order of decisions. */
  readonly plan: number;
  readonly decidedNs: number;
  readonly app: AppId;
  /** What set a migration off; undefined where pods waited for a place. */
  readonly trigger: MigrationTriggerName | undefined;
  /** Number of the attempt for this group. */
  readonly attempt: number;
  /** Phase of the group after it: Scheduling where there is a placement, else Placing, or Failed where no attempt is left. */
  readonly phase: 'Placing' | 'Scheduling' | 'Failed';
}

/** Something that a plan has done. */
export interface PlanAction {
  readonly plan: AssignmentPlan;
  readonly action: PlanActionName;
  /** Names of the pod or the channel that it is about; neither where there is nothing to do. */
  readonly pod?: string;
  readonly channel?: string;
  readonly node?: NodeId;
  /** Undefined where it was not done. */
  readonly doneNs?: number;
  readonly error?: string;
}

/**
 * SWM's assignment plans: what each has to do, and when that is done. A pod is created when it is ready and deleted when it is
 * gone, a channel when it is acknowledged and when what it held is free. That the phases Placing and Scheduling follow the
 * solver, and what counts as done, is own design.
 */
export class AssignmentPlans implements PodWatcher {
  readonly #kernel: Pick<Kernel, 'now'>;
  readonly #ended: (action: PlanAction) => void;
  #count = 0;
  /** By pod: what is done when it is ready, and when it is gone. */
  readonly #whenReady = new Map<Pod, PlanAction>();
  readonly #whenGone = new Map<Pod, PlanAction[]>();

  /** @param ended told of each action that is done or in vain, and at the end of the run of those that are neither */
  constructor(kernel: Pick<Kernel, 'now'>, ended: (action: PlanAction) => void) {
    this.#kernel = kernel;
    this.#ended = ended;
  }

  begin(facts: Omit<AssignmentPlan, 'plan' | 'decidedNs'>): AssignmentPlan {
    return { plan: this.#count++, decidedNs: this.#kernel.now, ...facts };
  }

  /** Something that is done, or in vain, at once. */
  act(plan: AssignmentPlan, action: PlanActionName, facts: Omit<PlanAction, 'plan' | 'action' | 'doneNs'>): void {
    const done = facts.error === undefined ? { doneNs: this.#kernel.now } : {};
    this.#ended({ plan, action, ...facts, ...done });
  }

  createPod(plan: AssignmentPlan, pod: Pod, node: NodeId): void {
    this.#whenReady.set(pod, { plan, action: 'CreatePod', pod: pod.name, node });
  }

  /** The pod goes, and with it its endpoint, where it has one. */
  deletePod(plan: AssignmentPlan, pod: Pod, hasEndpoint: boolean): void {
    const actions = [...(hasEndpoint ? (['DeleteEndpoint'] as const) : []), 'DeletePod' as const];
    const facts = { plan, pod: pod.name, node: pod.node! };
    this.#whenGone.set(
      pod,
      actions.map((action) => ({ action, ...facts })),
    );
  }

  ready(pod: Pod): void {
    this.#end(this.#whenReady.get(pod));
    this.#whenReady.delete(pod);
  }

  deleted(pod: Pod): void {
    const created = this.#whenReady.get(pod);
    if (created !== undefined) this.#ended({ ...created, error: 'the pod was deleted before it was ready' });
    this.#whenReady.delete(pod);
  }

  gone(pod: Pod): void {
    this.deleted(pod);
    for (const action of this.#whenGone.get(pod) ?? []) this.#end(action);
    this.#whenGone.delete(pod);
  }

  /** The run is over. */
  finish(): void {
    for (const action of [...this.#whenReady.values(), ...[...this.#whenGone.values()].flat()]) this.#ended(action);
  }

  #end(action: PlanAction | undefined): void {
    if (action !== undefined) this.#ended({ ...action, doneNs: this.#kernel.now });
  }
}
