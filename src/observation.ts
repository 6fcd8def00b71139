import { fsum } from 'd3-array';
import { Attribution } from './attribution.ts';
import type { Migration } from './codeco/index.ts';
import {
  LatencyHistogram,
  type AttemptCounts,
  type ServiceTallies,
  requestOutcomes,
  type Association,
  type Compute,
  type EndedRequest,
  type LinkEnergy,
  type MovementCause,
  type MovementEvent,
  type MoverId,
  type Network,
  type NodeEnergy,
} from './dynamics/index.ts';
import type { Kernel } from './kernel/index.ts';
import type { ControlPlane, PlacementDecision, Pod, Verdicts } from './kubernetes/index.ts';
import {
  type AccessPointId,
  type FaultEffect,
  type LinkId,
  type NodeId,
  type Point,
  type UserId,
  type World,
} from './model/index.ts';
import { entityCodes } from './entity-codes.ts';
import { NO_CODE, type Recorder, type RunMeasures } from './results/index.ts';

const OK = 0;
const UNFINISHED = requestOutcomes.indexOf('unfinished');

/** What a run is read from. */
export interface Sources {
  readonly compute: Compute;
  readonly network: Network;
  readonly controlPlane: Pick<ControlPlane, 'requested' | 'nodeState' | 'unschedulableCount'>;
  readonly nodeEnergy: NodeEnergy;
  readonly linkEnergy: LinkEnergy;
}

/** Writes what happens in a run into its tables, and keeps the summary measures. It changes nothing in the world. */
export class Observation {
  readonly latency = new LatencyHistogram();
  /** Requests issued after the warm-up, by outcome (index in `requestOutcomes`). */
  readonly outcomes = new Float64Array(requestOutcomes.length);
  /** Of these, the failed ones, by the service where they failed first. */
  readonly failedAt: Float64Array;
  readonly #kernel: Kernel;
  readonly #world: World;
  readonly #recorder: Recorder;
  readonly #pods: readonly Pod[];
  readonly #codes: ReturnType<typeof entityCodes>;
  readonly #userAccessPoint: Int32Array;
  /** By node and by arc: what had been used when the last sample was taken. */
  readonly #sampledUsedMillicoreNs: Float64Array;
  readonly #sampledBytes: Float64Array;
  readonly #carriedBytes: Float64Array;
  readonly #sampledEnergy: { energyJ: number; mainsJ: number; solarJ: number; carbonG: number; energyCost: number }[];
  readonly #sampledLinkJ: Float64Array;
  readonly #attribution: Attribution;
  #sampledNs = 0;
  #decisions = 0;

  /** @param pods the pods of the run by id; the list grows with the run */
  constructor(kernel: Kernel, world: World, recorder: Recorder, pods: readonly Pod[], arcCount: number) {
    this.failedAt = new Float64Array(world.services.length);
    this.#kernel = kernel;
    this.#world = world;
    this.#recorder = recorder;
    this.#pods = pods;
    this.#codes = entityCodes(world, recorder);
    this.#userAccessPoint = new Int32Array(world.users.length).fill(NO_CODE);
    this.#sampledEnergy = world.nodes.map(() => ({ energyJ: 0, mainsJ: 0, solarJ: 0, carbonG: 0, energyCost: 0 }));
    this.#sampledLinkJ = new Float64Array(arcCount);
    this.#attribution = new Attribution(world);
    this.#sampledUsedMillicoreNs = new Float64Array(world.nodes.length);
    this.#sampledBytes = new Float64Array(arcCount);
    this.#carriedBytes = new Float64Array(arcCount);
  }

  /** A user or node is attached to an access point (its index), or out of range of all (undefined). */
  moved(
    { user, node }: { readonly user?: UserId; readonly node?: NodeId },
    event: MovementEvent,
    accessPoint: number | undefined,
    position: Point,
    cause: MovementCause | undefined,
  ): void {
    if (user !== undefined)
      this.#userAccessPoint[user] = accessPoint === undefined ? NO_CODE : this.#codes.accessPoint[accessPoint]!;
    this.#recorder.tables.movement.append({
      time_ns: this.#kernel.now,
      user: user === undefined ? null : this.#world.users[user]!.name,
      node: node === undefined ? null : this.#world.nodes[node]!.name,
      event,
      cause: cause ?? null,
      access_point: accessPoint === undefined ? null : this.#world.accessPoints[accessPoint]!.name,
      x_m: position.x,
      y_m: position.y,
    });
  }

  /** An effect of a fault begins, or ends. */
  faultNoted(effect: FaultEffect, began: boolean): void {
    this.#recorder.tables.faults.append({
      time_ns: this.#kernel.now,
      kind: effect.kind,
      target: effect.target,
      event: began ? 'begin' : 'end',
    });
  }

  /** A node of a group is there from now on, and paid for, or no longer. */
  nodeProvisioned(node: NodeId, isThere: boolean): void {
    this.#attribution.nodeProvisioned(node, isThere, this.#kernel.now);
  }

  requestEnded(ended: EndedRequest): void {
    const now = this.#kernel.now;
    const { outcome, issuedNs } = ended;
    const warmup = issuedNs < this.#world.warmupNs;
    if (!warmup) {
      this.outcomes[outcome]!++;
      if (outcome === OK) this.latency.add(now - issuedNs);
      else if (outcome !== UNFINISHED) this.failedAt[ended.failedAt]!++;
    }
    if (!ended.recorded) return;
    const table = this.#recorder.tables.requests;
    const { columns } = table;
    const row = table.row();
    const codes = this.#codes;
    columns.request[row] = ended.request;
    columns.issued_ns[row] = issuedNs;
    if (outcome === OK) {
      columns.completed_ns[row] = now;
      columns.latency_ns[row] = now - issuedNs;
      columns.network_ns[row] = ended.networkNs;
      columns.queue_ns[row] = ended.queueNs;
      columns.cpu_ns[row] = ended.cpuNs;
      columns.retry_ns[row] = ended.retryNs;
    } else if (outcome !== UNFINISHED) {
      columns.cause[row] = codes.giveUp[ended.gaveUp]!;
      columns.failed_service[row] = codes.service[ended.failedAt]!;
    }
    columns.attempts[row] = ended.attempts;
    columns.app[row] = codes.app[this.#world.services[ended.service]!.app]!;
    columns.service[row] = codes.service[ended.service]!;
    columns.user[row] = codes.user[ended.user]!;
    columns.access_point[row] = this.#userAccessPoint[ended.user]!;
    if (ended.pod >= 0) {
      const { node } = this.#pods[ended.pod]!;
      columns.pod[row] = this.#podCode(ended.pod);
      columns.node[row] = codes.node[node!]!;
      columns.cluster[row] = codes.cluster[this.#world.nodes[node!]!.cluster]!;
    }
    columns.outcome[row] = codes.outcome[outcome]!;
    columns.warmup[row] = warmup ? 1 : 0;
  }

  readonly #podCodes: number[] = [];
  #podCode(pod: number): number {
    return (this.#podCodes[pod] ??= this.#recorder.dictionaries.pod.code(this.#pods[pod]!.name));
  }

  decided({ pod, viewAgeNs, decision }: PlacementDecision): void {
    const number = this.#decisions++;
    this.#recorder.tables.decisions.append({
      decision: number,
      time_ns: this.#kernel.now,
      scheduler: decision.scheduler,
      pod: pod.name,
      app: this.#world.apps[pod.app]!.name,
      attempt: pod.attempts,
      considered_nodes: decision.considered,
      feasible_nodes: decision.feasible,
      node: decision.node?.name ?? null,
      tie_set: decision.tieSet.map(({ name }) => name).join(','),
      value: decision.value ?? null,
      trigger: decision.trigger ?? null,
      message: decision.message === '' ? null : decision.message,
      nominated_node: decision.nomination?.node.name ?? null,
      view_age_ns: viewAgeNs,
    });
    if (decision.verdicts !== undefined) this.#verdicts(number, decision.verdicts);
  }

  #verdicts(decision: number, { refused, feasible, own, scores, scored }: Verdicts): void {
    const { verdicts } = this.#recorder.tables;
    for (const { node, rejection } of refused) {
      verdicts.append({
        decision,
        node: node.name,
        plugin: rejection.plugin,
        verdict: 'refused',
        reason: rejection.reasons.join('; '),
      });
    }
    for (const { name } of feasible) verdicts.append({ decision, node: name, plugin: 'filters', verdict: 'passed' });
    this.#scores(decision, own, feasible);
    this.#scores(decision, scores, scored);
  }

  #scores(decision: number, scores: Verdicts['scores'], nodes: Verdicts['scored']): void {
    for (const { plugin, weight, raw, normalised } of scores) {
      for (const [index, { name }] of nodes.entries()) {
        this.#recorder.tables.verdicts.append({
          decision,
          node: name,
          plugin,
          verdict: 'scored',
          raw_score: raw[index]!,
          normalized_score: normalised[index]!,
          weight,
          weighted_score: weight * normalised[index]!,
        });
      }
    }
  }

  /** One row for each node and each direction of each link, over the time since the last sample. */
  sample(sources: Sources): void {
    const now = this.#kernel.now;
    const intervalNs = now - this.#sampledNs;
    if (intervalNs === 0) return;
    this.#sampledNs = now;
    this.#sampleNodes(now, intervalNs, sources);
    this.#sampleLinks(now, intervalNs, sources);
  }

  #sampleNodes(now: number, intervalNs: number, { compute, controlPlane, nodeEnergy }: Sources): void {
    const { nodes, clusters } = this.#world;
    for (const [id, node] of nodes.entries()) {
      const usage = compute.usage(id as NodeId);
      const usedMillicoreNs = usage.usedMillicoreNs - this.#sampledUsedMillicoreNs[id]!;
      this.#sampledUsedMillicoreNs[id] = usage.usedMillicoreNs;
      const reading = nodeEnergy.read(id as NodeId);
      const before = this.#sampledEnergy[id]!;
      this.#sampledEnergy[id] = reading;
      const energyJ = reading.energyJ - before.energyJ;
      const requested = controlPlane.requested(id as NodeId);
      this.#recorder.tables.nodes.append({
        time_ns: now,
        node: node.name,
        cluster: clusters[node.cluster]!.name,
        state: controlPlane.nodeState(id as NodeId),
        cpu_utilization: usedMillicoreNs / (node.cpuMillicores * intervalNs),
        pods: requested.pods,
        cpu_requested_millicores: requested.cpuMillicores,
        memory_requested_bytes: requested.memoryBytes,
        power_w: (energyJ / intervalNs) * 1e9,
        energy_j: energyJ,
        mains_j: reading.mainsJ - before.mainsJ,
        solar_j: reading.solarJ - before.solarJ,
        battery_j: reading.batteryJ ?? null,
        carbon_g: reading.carbonG - before.carbonG,
        interval_ns: intervalNs,
      });
    }
  }

  #sampleLinks(now: number, intervalNs: number, { network, linkEnergy }: Sources): void {
    const { links, accessPoints, media, vertices } = this.#world;
    network.allCarriedBytes(this.#carriedBytes);
    const append = (
      arc: number,
      link: string,
      ends: { readonly from: string; readonly to: string } | undefined,
      direction: string,
      medium: number,
      state: string,
    ): void => {
      const carriedBytes = this.#carriedBytes[arc]! - this.#sampledBytes[arc]!;
      this.#sampledBytes[arc] = this.#carriedBytes[arc]!;
      const linkJ = linkEnergyJ(linkEnergy, arc);
      const energyJ = linkJ - this.#sampledLinkJ[arc]!;
      this.#sampledLinkJ[arc] = linkJ;
      const throughputBps = (carriedBytes * 8e9) / intervalNs;
      this.#recorder.tables.links.append({
        time_ns: now,
        link,
        from: ends?.from ?? null,
        to: ends?.to ?? null,
        direction,
        state,
        carried_bytes: carriedBytes,
        throughput_bps: throughputBps,
        utilization: throughputBps / media[medium]!.bandwidthBps,
        energy_j: energyJ,
        interval_ns: intervalNs,
      });
    };
    for (const [id, { name, from, to, forwardMedium, backwardMedium }] of links.entries()) {
      const [head, tail] = [vertices[from]!.name, vertices[to]!.name];
      const state = network.isLinkUp(id as LinkId) ? 'up' : 'down';
      append(2 * id, name, { from: head, to: tail }, 'forward', forwardMedium, state);
      append(2 * id + 1, name, { from: tail, to: head }, 'backward', backwardMedium, state);
    }
    for (const [id, { name, vertex, uplinkMedium, downlinkMedium }] of accessPoints.entries()) {
      const up = network.isVertexUp(vertex) && network.isAccessPointUp(id as AccessPointId);
      const state = up ? 'up' : 'down';
      append(2 * links.length + 2 * id, name, undefined, 'uplink', uplinkMedium, state);
      append(2 * links.length + 2 * id + 1, name, undefined, 'downlink', downlinkMedium, state);
    }
  }

  /** A pod stops, having used so much of its node's CPU. */
  podStopped(pod: Pod, usedMillicoreNs: number): void {
    this.#attribution.podStopped(pod, usedMillicoreNs);
  }

  /** The run is over: the life of every pod, and the measures. */
  finish(
    sources: Sources,
    association: Association,
    attempts: AttemptCounts,
    tallies: ServiceTallies,
    migrations: readonly Migration[],
    violations: { readonly count: number; readonly totalNs: number } | undefined,
  ): RunMeasures {
    const { controlPlane, nodeEnergy } = sources;
    const { nodes, clusters, apps, services, durationNs, warmupNs } = this.#world;
    for (const pod of this.#pods) {
      const node = pod.node === undefined ? undefined : nodes[pod.node]!;
      this.#recorder.tables.pods.append({
        pod: pod.name,
        app: apps[pod.app]!.name,
        service: services[pod.service]!.name,
        cluster: node === undefined ? null : clusters[node.cluster]!.name,
        node: node?.name ?? null,
        created_ns: pod.createdNs,
        scheduled_ns: pod.scheduledNs ?? null,
        sandbox_ns: pod.sandboxNs ?? null,
        pulled_ns: pod.pulledNs ?? null,
        started_ns: pod.startedNs ?? null,
        ready_ns: pod.readyNs ?? null,
        restarts: pod.restarts,
        gone_ns: pod.goneNs ?? null,
        waiting: pod.waiting ?? null,
        reason: pod.reason ?? null,
      });
    }
    const energyJ = fsum(nodes, (_, id) => nodeEnergy.read(id as NodeId).energyJ);
    const shares = this.#attribution.finish(sources, this.#pods, tallies.entryBytes, this.#recorder.tables.attribution);
    const succeeded = this.outcomes[OK]!;
    const sent = this.outcomes.reduce((sum, count) => sum + count, 0);
    const unfinished = this.outcomes[UNFINISHED]!;
    return {
      duration_ns: durationNs,
      warmup_ns: warmupNs,
      requests_sent: sent,
      requests_succeeded: succeeded,
      requests_failed: sent - succeeded - unfinished,
      retries: attempts.retries,
      timeouts: attempts.timeouts,
      retries_over_budget: attempts.overBudget,
      overloaded: attempts.overloaded,
      latency_mean_ns: this.latency.meanNs ?? null,
      latency_p50_ns: this.latency.quantileNs(0.5) ?? null,
      latency_p95_ns: this.latency.quantileNs(0.95) ?? null,
      latency_p99_ns: this.latency.quantileNs(0.99) ?? null,
      latency_max_ns: this.latency.maxNs ?? null,
      energy_j: energyJ,
      network_energy_j: fsum(shares, ({ networkEnergyJ }) => networkEnergyJ),
      carbon_g: fsum(shares, ({ carbonG }) => carbonG),
      cost: fsum(shares, ({ cost }) => cost),
      battery_depletions: nodeEnergy.depletions,
      pods_created: this.#pods.length,
      pods_unschedulable: controlPlane.unschedulableCount,
      migrations: migrations.length,
      migration_downtime_ns: fsum(migrations, ({ downtimeNs }) => downtimeNs),
      handovers: association.counts.handovers,
      ping_pongs: association.counts.pingPongs,
      outage_handovers: association.counts.outageHandovers,
      coverage_losses: association.counts.coverageLosses,
      policy_violations: violations?.count ?? 0,
      policy_violation_ns: violations?.totalNs ?? 0,
      uncovered_ns: fsum(association.endpoints, (_, mover) => association.uncoveredNs(mover as MoverId)),
    };
  }
}

/** Energy of one direction up to now: of carrying, and half of the idle energy. */
function linkEnergyJ(linkEnergy: LinkEnergy, arc: number): number {
  if (!linkEnergy.isMetered(arc >> 1)) return 0;
  const { carryingJ, idleJ } = linkEnergy.read(arc >> 1);
  return carryingJ[arc & 1]! + idleJ / 2;
}
