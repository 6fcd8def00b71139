import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import { nextStepNs, valueAt } from '../../dynamics/index.ts';
import type { Governor, NodeRule, Pod } from '../../kubernetes/index.ts';
import {
  spareReplicas,
  type AppId,
  type ClusterId,
  type NodeId,
  type PolicyVersion,
  type ServiceId,
  type World,
} from '../../model/index.ts';
import type { AppMeter } from './app-meter.ts';
import { Budgets } from './budgets.ts';
import { crowding, nodeFacts, nodeObjection, type NodeFacts } from './node-objection.ts';
import { POLICY_BYTES, type PolicyCarrier, type PolicyParcel } from './policy-travel.ts';
import { Violations, type Violation } from './violations.ts';

/** What governance can do to the clusters. */
export interface GovernanceActions {
  /** Deletes a pod that may not go on where it is; its controller makes a new one. */
  evict(pod: Pod, reason: string): void;
  /** Whether a pod that may not stay is moved instead. */
  moves(pod: Pod): boolean;
  /** Pods that were refused by the rules may have a place now. */
  rulesChanged(): void;
  /** How many pods of a service there are to be, and are to be from now on. */
  replicas(service: ServiceId): number;
  scale(service: ServiceId, replicas: number): void;
}

/** Something of governance that is worth a row. */
export interface GovernanceNote {
  readonly event: string;
  readonly actor: string;
  readonly cluster?: string;
  readonly mode?: string;
  readonly app?: string;
  readonly service?: string;
  readonly pod?: string;
  readonly policy?: string;
  /** Number of the version, from 1. */
  readonly version?: number;
  readonly peer?: string;
  readonly bytes?: number;
  readonly durationNs?: number;
  readonly detail?: string;
}

/** Known nowhere yet. */
const NONE = -1;

/** Whether policies have budgets, so that somebody has to measure what applications spend. */
export function needsMeter({ policies = [] }: Pick<World, 'policies'>): boolean {
  return policies.some(({ versions }) =>
    versions.some(
      ({ rules }) =>
        rules.energyBudget !== undefined || rules.carbonBudget !== undefined || rules.energyShare !== undefined,
    ),
  );
}

/** The cluster that publishes policies: the hub, or the first one where there is none. Own design. */
export function publisherOf({ clusters }: Pick<World, 'clusters'>): ClusterId {
  return Math.max(
    0,
    clusters.findIndex(({ role }) => role === 'hub'),
  ) as ClusterId;
}

/**
 * Sees to it that applications keep to the policies. Each cluster goes by the version that has arrived there, for its own
 * nodes; the publisher's version decides how many replicas there are to be. Whether policies are kept to is audited when
 * something happens that may make a difference, once for all that happens at a time: a pod is bound or gone, a version
 * arrives, the carbon intensity of a region changes.
 *
 * Enforced versions refuse nodes to pods, under every scheduler alike. A pod that runs against one when it is audited is
 * evicted at once, unless SWM moves it, whether there is another place for it or not; for a tolerance to failures nothing is evicted, but services
 * get replicas to spare, and an overspent budget takes replicas away, see `Budgets`. A violation lasts until the pod is gone from its node, or the rule. All of this is own design.
 */
export class PolicyGovernor implements Governor {
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #actions: GovernanceActions;
  readonly #noted: (note: GovernanceNote) => void;
  readonly #publisher: ClusterId;
  /** By policy, by cluster: the version that it goes by. */
  readonly #known: readonly Int32Array[];
  /** By policy: the newest version that was published. */
  readonly #published: Int32Array;
  readonly #policiesOf: readonly (readonly number[])[];
  readonly #facts: readonly NodeFacts[];
  readonly #rules: readonly (NodeRule | undefined)[];
  /** By application: its pods that have a node. */
  readonly #bound: readonly Set<Pod>[];
  readonly #violations: Violations;
  /** By service: replicas that it was to have before it got some to spare. */
  readonly #stated = new Map<ServiceId, number>();
  readonly #budgets: Budgets | undefined;
  readonly #due = new Set<AppId>();
  readonly #audit: HandlerId;

  /** @param meter what budgets are kept by; needed where a policy has any, see `needsMeter` */
  constructor(
    kernel: Kernel,
    world: World,
    carrier: PolicyCarrier,
    actions: GovernanceActions,
    noted: (note: GovernanceNote) => void,
    meter?: AppMeter,
  ) {
    const { policies = [], apps, services, clusters } = world;
    this.#kernel = kernel;
    this.#world = world;
    this.#actions = actions;
    this.#noted = noted;
    this.#publisher = publisherOf(world);
    this.#known = policies.map(() => new Int32Array(clusters.length).fill(NONE));
    this.#published = new Int32Array(policies.length).fill(NONE);
    this.#policiesOf = apps.map((_, app) =>
      [...policies.keys()].filter((policy) => policies[policy]!.apps.includes(app as AppId)),
    );
    this.#facts = nodeFacts(world);
    this.#rules = services.map(({ app }, service) => {
      const ofApp = this.#policiesOf[app]!;
      const canRefuse = ofApp.some((policy) => policies[policy]!.versions.some(({ mode }) => mode === 'enforce'));
      return canRefuse ? (node, alike) => this.#refusal(service as ServiceId, node, alike) : undefined;
    });
    this.#bound = apps.map(() => new Set());
    this.#violations = new Violations(
      apps.length,
      (violation) => this.#noteViolation('violation-began', violation),
      (violation, durationNs) => this.#noteViolation('violation-ended', violation, durationNs),
    );
    this.#audit = kernel.on('governance.audit', () => this.#auditDue());
    const arrived = (parcel: PolicyParcel): void => this.#arrived(parcel);
    const isWanted = ({ policy, version }: PolicyParcel): boolean => this.#published[policy] === version;
    const publish = kernel.on('governance.publish', (policy, version) => {
      this.#notePublished(policy, version);
      for (const cluster of clusters.keys())
        carrier.carry({ policy, version, cluster: cluster as ClusterId }, arrived, isWanted);
    });
    for (const [policy, { versions }] of policies.entries()) {
      for (const [version, { atNs }] of versions.entries()) {
        if (atNs > 0) kernel.at(atNs, publish, policy, version);
        else {
          this.#known[policy]!.fill(version);
          this.#notePublished(policy, version);
        }
      }
    }
    if (policies.some(({ versions }) => versions.some(({ rules }) => rules.carbonGPerKwh !== undefined)))
      this.#followCarbon();
    if (meter === undefined) return;
    const versionOf = (policy: number): PolicyVersion | undefined => this.#versionAt(policy, this.#publisher)?.version;
    this.#budgets = new Budgets(kernel, world, meter, versionOf, actions, (app) => {
      this.#auditSoon(app);
      actions.rulesChanged();
    });
  }

  /** Violations that began so far, and their time summed. */
  get violations(): { readonly count: number; readonly totalNs: number } {
    return { count: this.#violations.count, totalNs: this.#violations.totalNs(this.#kernel.now) };
  }

  ruleOf(service: ServiceId): NodeRule | undefined {
    return this.#rules[service];
  }

  bound(pod: Pod): void {
    if (this.#policiesOf[pod.app]!.length === 0) return;
    this.#bound[pod.app]!.add(pod);
    this.#auditSoon(pod.app);
  }

  gone(pod: Pod): void {
    if (this.#bound[pod.app]!.delete(pod)) this.#auditSoon(pod.app);
  }

  /** The run is over: notes what has not ended. */
  finish(): void {
    for (const { violation, beganNs } of this.#violations.open())
      this.#noteViolation('violation-open', violation, this.#kernel.now - beganNs);
  }

  #versionAt(
    policy: number,
    cluster: ClusterId,
  ): { readonly number: number; readonly version: PolicyVersion } | undefined {
    const number = this.#known[policy]![cluster]!;
    return number === NONE ? undefined : { number, version: this.#world.policies![policy]!.versions[number]! };
  }

  /** Why none of the nodes may take pods of some service of an application, by the versions that `by` goes by; undefined where some may. */
  objection(by: ClusterId, nodes: readonly NodeId[], app: AppId): string | undefined {
    if (this.#policiesOf[app]!.length === 0) return undefined;
    for (const service of this.#world.apps[app]!.services) {
      let said: string | undefined;
      for (const node of nodes) {
        const why = this.#refusal(service, node, () => 0, by);
        if (why === undefined) {
          said = undefined;
          break;
        }
        said ??= why;
      }
      if (said !== undefined) return said;
    }
    return undefined;
  }

  #refusal(
    service: ServiceId,
    node: NodeId,
    alike: () => number,
    by: ClusterId = this.#facts[node]!.cluster,
  ): string | undefined {
    const { app, replicas } = this.#world.services[service]!;
    const facts = this.#facts[node]!;
    for (const policy of this.#policiesOf[app]!) {
      const known = this.#versionAt(policy, by);
      if (known?.version.mode !== 'enforce') continue;
      const { rules } = known.version;
      const objection = nodeObjection(rules, service, facts) ?? crowding(rules, replicas, alike);
      if (objection === undefined) continue;
      return `node(s) kept out by policy ${this.#world.policies![policy]!.name}, version ${known.number + 1}: ${objection}`;
    }
    return undefined;
  }

  #arrived({ policy, version, cluster }: PolicyParcel): void {
    const ofPolicy = this.#known[policy]!;
    if (version <= ofPolicy[cluster]!) return;
    ofPolicy[cluster] = version;
    const { name, versions, apps } = this.#world.policies![policy]!;
    const { clusters } = this.#world;
    this.#noted({
      event: 'policy-arrived',
      actor: clusters[cluster]!.name,
      cluster: clusters[cluster]!.name,
      peer: clusters[this.#publisher]!.name,
      policy: name,
      version: version + 1,
      mode: versions[version]!.mode,
      bytes: POLICY_BYTES,
      durationNs: this.#kernel.now - versions[version]!.atNs,
    });
    for (const app of apps) this.#auditSoon(app);
    this.#actions.rulesChanged();
  }

  /** Regions' carbon intensity changes at times that are known before: nobody needs to look in between. */
  #followCarbon(): void {
    const { regions = [], clusters, nodes, policies = [] } = this.#world;
    const step = this.#kernel.on('governance.carbon-step', (region) => {
      const { carbonGPerKwh, name } = regions[region]!;
      for (const [node, { cluster }] of nodes.entries()) {
        if (clusters[cluster]!.provider !== name) continue;
        this.#facts[node]!.carbonGPerKwh = valueAt(carbonGPerKwh, this.#kernel.now);
      }
      for (const { apps, versions } of policies)
        if (versions.some(({ rules }) => rules.carbonGPerKwh !== undefined))
          for (const app of apps) this.#auditSoon(app);
      this.#actions.rulesChanged();
      follow(region);
    });
    const follow = (region: number): void => {
      const nextNs = nextStepNs(regions[region]!.carbonGPerKwh, this.#kernel.now);
      if (nextNs < this.#world.durationNs) this.#kernel.at(nextNs, step, region);
    };
    for (const region of regions.keys()) follow(region);
  }

  #auditSoon(app: AppId): void {
    if (this.#due.size === 0) this.#kernel.after(0 as Nanoseconds, this.#audit);
    this.#due.add(app);
  }

  #auditDue(): void {
    const due = [...this.#due].sort((a, b) => a - b);
    this.#due.clear();
    for (const app of due) this.#auditApp(app);
  }

  #auditApp(app: AppId): void {
    const found: Violation[] = [];
    const toEvict: { pod: Pod; policy: number; version: number; why: string }[] = [];
    for (const policy of this.#policiesOf[app]!) {
      const { name } = this.#world.policies![policy]!;
      for (const pod of this.#bound[app]!) {
        const facts = this.#facts[pod.node!]!;
        const known = this.#versionAt(policy, facts.cluster);
        const why = known && nodeObjection(known.version.rules, pod.service, facts);
        if (why === undefined) continue;
        const version = known!.number;
        const service = this.#world.services[pod.service]!.name;
        const who = { service, pod: pod.name, cluster: facts.clusterName };
        found.push({ key: `${name}/pod/${pod.id}`, policy, version, app, ...who, why });
        if (known!.version.mode === 'enforce') toEvict.push({ pod, policy, version, why });
      }
      found.push(...this.#intolerant(app, policy));
      for (const { budget, why } of this.#budgets?.overspent(policy, app) ?? [])
        found.push({ key: `${name}/${budget}`, policy, version: this.#known[policy]![this.#publisher]!, app, why });
    }
    this.#violations.settle(app, found, this.#kernel.now);
    this.#spare(app);
    for (const { pod, policy, version, why } of toEvict) this.#evict(pod, policy, version, why);
  }

  /** The services of which the loss of one node would leave fewer pods than they are to have. */
  #intolerant(app: AppId, policy: number): Violation[] {
    const known = this.#versionAt(policy, this.#publisher);
    if (known === undefined) return [];
    if ((known.version.rules.failureTolerance ?? 0) === 0) return [];
    const found: Violation[] = [];
    for (const service of this.#world.apps[app]!.services) {
      const { name, replicas } = this.#world.services[service]!;
      const onNode = new Map<NodeId, number>();
      let pods = 0;
      for (const pod of this.#bound[app]!) {
        if (pod.service !== service || pod.phase === 'terminating') continue;
        pods++;
        onNode.set(pod.node!, (onNode.get(pod.node!) ?? 0) + 1);
      }
      if (pods === 0) continue;
      const left = pods - Math.max(...onNode.values());
      if (left >= replicas) continue;
      const why = `the loss of one node would leave ${left} of ${replicas} pods`;
      found.push({
        key: `${this.#world.policies![policy]!.name}/service/${service}`,
        policy,
        version: known.number,
        app,
        service: name,
        why,
      });
    }
    return found;
  }

  /** Gives the services of an application that run replicas to spare, or takes them back where the rule is gone. */
  #spare(app: AppId): void {
    let tolerance = 0;
    for (const policy of this.#policiesOf[app]!) {
      const version = this.#versionAt(policy, this.#publisher)?.version;
      if (version?.mode === 'enforce') tolerance = Math.max(tolerance, version.rules.failureTolerance ?? 0);
    }
    if (tolerance === 0 && this.#stated.size === 0) return;
    for (const service of new Set([...this.#bound[app]!].map((pod) => pod.service))) {
      const stated = this.#stated.get(service);
      if (tolerance === 0) {
        if (stated === undefined) continue;
        this.#stated.delete(service);
        if (this.#actions.replicas(service) > 0) this.#actions.scale(service, stated);
        continue;
      }
      // an application that was deleted is not brought back
      if (this.#actions.replicas(service) === 0 || this.#budgets?.curbs(service) === true) continue;
      const before = this.#actions.replicas(service);
      const wanted = spareReplicas(this.#world.services[service]!.replicas, tolerance);
      if (before >= wanted) continue;
      if (stated === undefined) this.#stated.set(service, before);
      this.#actions.scale(service, wanted);
    }
  }

  #evict(pod: Pod, policy: number, version: number, why: string): void {
    if (pod.phase === 'terminating' || pod.phase === 'gone' || this.#actions.moves(pod)) return;
    const { nodes, clusters, apps, services, policies } = this.#world;
    const cluster = clusters[nodes[pod.node!]!.cluster]!.name;
    this.#noted({
      event: 'evicted',
      actor: cluster,
      cluster,
      mode: 'enforce',
      app: apps[pod.app]!.name,
      service: services[pod.service]!.name,
      pod: pod.name,
      policy: policies![policy]!.name,
      version: version + 1,
      detail: why,
    });
    this.#actions.evict(pod, 'policy-violated');
  }

  #notePublished(policy: number, version: number): void {
    this.#published[policy] = version;
    const { name, versions } = this.#world.policies![policy]!;
    const publisher = this.#world.clusters[this.#publisher]!.name;
    this.#noted({
      event: 'policy-published',
      actor: publisher,
      cluster: publisher,
      mode: versions[version]!.mode,
      policy: name,
      version: version + 1,
    });
  }

  #noteViolation(event: string, violation: Violation, durationNs?: number): void {
    const { policy, version, app, service, pod, cluster, why } = violation;
    const { name, versions } = this.#world.policies![policy]!;
    this.#noted({
      event,
      actor: 'audit',
      mode: versions[version]!.mode,
      app: this.#world.apps[app]!.name,
      ...(cluster === undefined ? {} : { cluster }),
      ...(service === undefined ? {} : { service }),
      ...(pod === undefined ? {} : { pod }),
      policy: name,
      version: version + 1,
      ...(durationNs === undefined ? {} : { durationNs }),
      detail: why,
    });
  }
}
