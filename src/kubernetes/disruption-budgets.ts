import type { PodDisruptionBudget, ServiceId, World } from '../model/index.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Endpoints } from './endpoints.ts';
import type { Pod } from './pods.ts';
import { compileLabelSelector, type DisruptionAllowance, type SchedulingPod } from './scheduling/index.ts';

interface Budget {
  readonly published: PodDisruptionBudget;
  readonly covers: (pod: Pick<SchedulingPod, 'kind'>) => boolean;
  /** Services whose pods it covers. */
  readonly services: readonly ServiceId[];
}

/**
 * The PodDisruptionBudgets of a cluster, worked out when somebody asks.
 * Source: Kubernetes, pkg/controller/disruption/disruption.go (`getExpectedPodCount`, `updatePdbStatus`). Healthy are the
 * pods that the cluster knows as ready and that are not being deleted. Pods without a controller do not count where the
 * budget is a share or a number of pods that may be unavailable.
 */
export class DisruptionBudgets {
  readonly #state: ClusterState;
  readonly #endpoints: Pick<Endpoints, 'count' | 'has'>;
  readonly #replicasOf: (service: ServiceId) => number;
  readonly #budgets: readonly Budget[];

  /** @param replicasOf how many pods of a service its controller is to keep */
  constructor(
    world: Pick<World, 'objects' | 'services'>,
    state: ClusterState,
    endpoints: Pick<Endpoints, 'count' | 'has'>,
    replicasOf: (service: ServiceId) => number,
  ) {
    this.#replicasOf = replicasOf;
    this.#state = state;
    this.#endpoints = endpoints;
    this.#budgets = (world.objects?.disruptionBudgets ?? []).map((published) => {
      const selector = compileLabelSelector(published.selector);
      const covers: Budget['covers'] = ({ kind }) =>
        kind.labels.size > 0 && kind.namespace === published.namespace && selector.matches(kind.labels);
      const all = [...world.services.keys()] as ServiceId[];
      return { published, covers, services: all.filter((service) => covers({ kind: state.kind(service) })) };
    });
  }

  /** What each budget allows now. */
  allowances(): DisruptionAllowance[] {
    return this.#budgets.map((budget) => ({ covers: budget.covers, allowed: this.#allowed(budget) }));
  }

  /**
   * Whether the Eviction API lets a pod go now: one that has not run yet, or that no budget speaks of, always; one of two
   * budgets never; one that is not ready while its application has the pods that it needs; any other within its budget.
   * Source: pkg/registry/core/pod/storage/eviction.go, with the unhealthyPodEvictionPolicy IfHealthyBudget.
   */
  mayEvict(pod: Pod): boolean {
    const covering = this.#budgets.filter(({ services }) => services.includes(pod.service));
    const [budget] = covering;
    if (budget === undefined || pod.startedNs === undefined) return true;
    if (covering.length > 1) return false;
    if (this.#endpoints.has(pod.service, pod.id)) return this.#allowed(budget) > 0;
    const { healthy, desired } = this.#status(budget);
    return healthy >= desired && desired > 0;
  }

  /** Whether they could all go at once. Source: cluster-autoscaler, core/scaledown/pdb `CanRemovePods`. */
  mayAllEvict(pods: readonly Pod[]): boolean {
    return this.#budgets.every((budget) => {
      const covered = pods.filter(({ service }) => budget.services.includes(service)).length;
      return covered === 0 || covered <= this.#allowed(budget);
    });
  }

  #allowed(budget: Budget): number {
    const { healthy, desired, expected } = this.#status(budget);
    return expected <= 0 ? 0 : Math.max(0, healthy - desired);
  }

  #status({ published: { minAvailable, maxUnavailable }, services }: Budget): {
    healthy: number;
    desired: number;
    expected: number;
  } {
    const sum = (count: (service: ServiceId) => number): number =>
      services.reduce((total, service) => total + count(service), 0);
    const healthy = sum((service) => this.#endpoints.count(service));
    const expected =
      typeof minAvailable === 'number'
        ? sum((service) => this.#state.podsOf(service).size)
        : sum((service) => this.#replicasOf(service));
    const desired =
      minAvailable === undefined
        ? Math.max(0, expected - scaled(maxUnavailable!, expected))
        : scaled(minAvailable, expected);
    return { healthy, desired, expected };
  }
}

/** A number as it is, a percentage of the whole rounded up. Source: apimachinery intstr `GetScaledValueFromIntOrPercent`. */
function scaled(value: number | string, whole: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * whole) / 100);
}
