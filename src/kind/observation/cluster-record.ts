import { group } from 'd3-array';
import type { CoreV1Event, V1Node, V1Pod } from '@kubernetes/client-node';
import { podRequests } from '../../kubernetes/index.ts';
import { milliValue, type PodSpec } from '../../model/index.ts';
import type { ObservedMeasures, Recorder } from '../../results/index.ts';
import type { DigestTrail } from '../../kernel/index.ts';
import { ObservedTrail } from './observed-trail.ts';
import { PodLife, type ClusterTime, type Seen } from './pod-life.ts';

/** What pods and nodes are called in the results. */
export interface Naming {
  /** Of a Kubernetes node; undefined where it is none of those observed. */
  readonly place: (node: string) => { readonly node: string; readonly cluster: string } | undefined;
  /** Of a pod; undefined where it is none of those observed. */
  readonly belonging: (pod: V1Pod) => { readonly app: string; readonly service: string } | undefined;
}

/** Source: kube-scheduler, the message of a FitError: `0/3 nodes are available: …`. */
const NODES_AVAILABLE = /^0\/(\d+) nodes are available/;

interface NodeLife {
  node: V1Node;
  readonly name: string;
  readonly cluster: string;
}

/** Makes rows of results of what is seen of a real cluster. It does no input and output, and knows no clock. */
export class ClusterRecord {
  readonly #recorder: Recorder;
  readonly #naming: Naming;
  readonly #time: ClusterTime;
  readonly #trail = new ObservedTrail();
  /** By uid. */
  readonly #pods = new Map<string, PodLife>();
  /** By name in the cluster. */
  readonly #nodes = new Map<string, NodeLife>();
  /** By uid of the event: how often it is known to have happened. */
  readonly #counts = new Map<string, number>();
  #decisions = 0;
  #sampledNs = 0;

  constructor(recorder: Recorder, naming: Naming, time: ClusterTime) {
    this.#recorder = recorder;
    this.#naming = naming;
    this.#time = time;
  }

  /** A pod is there, or has changed. */
  podSeen(pod: V1Pod, seen: Seen): void {
    const { uid, name, resourceVersion } = pod.metadata!;
    const belonging = this.#naming.belonging(pod);
    if (belonging === undefined) return;
    this.#trail.add(`pod ${uid} ${resourceVersion}`);
    const known = this.#pods.get(uid!);
    const life = known ?? new PodLife(pod, seen, this.#time);
    const wasBound = known?.node !== undefined;
    if (known === undefined) this.#pods.set(uid!, life);
    else life.update(pod, seen);
    if (pod.metadata?.deletionTimestamp !== undefined && this.#isSilent(life.node)) life.end(seen);
    // what was placed before the observation began was not decided in it
    if (wasBound || life.node === undefined || life.scheduledNs === 0) return;
    const place = this.#naming.place(life.node);
    this.#recorder.tables.decisions.append({
      decision: this.#decisions++,
      time_ns: life.scheduledNs!,
      scheduler: pod.spec?.schedulerName ?? 'default-scheduler',
      pod: name!,
      app: belonging.app,
      attempt: life.failedAttempts + 1,
      node: place?.node ?? life.node,
      tie_set: '',
    });
  }

  /** A pod is no more; it is told as it was last. */
  podGone(pod: V1Pod, seen: Seen): void {
    const life = this.#pods.get(pod.metadata!.uid!);
    if (life === undefined) return;
    this.#trail.add(`pod ${pod.metadata!.uid} gone`);
    life.pod = pod;
    life.end(seen);
  }

  /** A node is there, or has changed. */
  nodeSeen(node: V1Node, { nowNs }: Seen): void {
    const { name, resourceVersion } = node.metadata!;
    const place = this.#naming.place(name!);
    if (place === undefined) return;
    this.#trail.add(`node ${name} ${resourceVersion}`);
    const known = this.#nodes.get(name!);
    const wasCordoned = known?.node.spec?.unschedulable === true;
    const isCordoned = node.spec?.unschedulable === true;
    if (known !== undefined) known.node = node;
    else this.#nodes.set(name!, { node, name: place.node, cluster: place.cluster });
    if (known === undefined && nowNs > 0) this.#operation(place, 'joined', nowNs);
    if (isCordoned !== wasCordoned && nowNs > 0) this.#operation(place, isCordoned ? 'cordoned' : 'uncordoned', nowNs);
    if (!this.#isSilent(name)) return;
    // the control plane has given these pods up, and nobody will tell when they stop
    for (const life of this.#pods.values())
      if (life.node === name && life.pod.metadata?.deletionTimestamp !== undefined)
        life.end({ nowNs, isListed: false });
  }

  /** A node is no more. */
  nodeGone(name: string, { nowNs }: Seen): void {
    const life = this.#nodes.get(name);
    if (life === undefined) return;
    this.#trail.add(`node ${name} gone`);
    this.#nodes.delete(name);
    this.#operation({ node: life.name, cluster: life.cluster }, 'removed', nowNs);
  }

  /** An event of a pod; those from before the observation are only counted. */
  eventSeen(event: CoreV1Event, seen: Seen): void {
    const { uid, resourceVersion } = event.metadata;
    const { reason, message = '', involvedObject } = event;
    const life = this.#pods.get(involvedObject.uid ?? '');
    if (life === undefined || (reason !== 'FailedScheduling' && reason !== 'Pulled')) return;
    const count = event.series?.count ?? event.count ?? 1;
    if (count <= (this.#counts.get(uid ?? '') ?? 0)) return;
    this.#counts.set(uid ?? '', count);
    this.#trail.add(`event ${uid} ${resourceVersion}`);
    if (reason === 'Pulled') {
      const container = /\{(.+)\}$/.exec(involvedObject.fieldPath ?? '')?.[1];
      if (container !== undefined) life.pulled(container, seen.nowNs);
      return;
    }
    life.failedAttempts = Math.max(life.failedAttempts + 1, count);
    if (seen.nowNs <= 0) return;
    const nodes = NODES_AVAILABLE.exec(message)?.[1];
    this.#recorder.tables.decisions.append({
      decision: this.#decisions++,
      time_ns: seen.nowNs,
      scheduler: life.pod.spec?.schedulerName ?? 'default-scheduler',
      pod: life.pod.metadata!.name!,
      app: this.#naming.belonging(life.pod)!.app,
      attempt: life.failedAttempts,
      considered_nodes: nodes === undefined ? null : Number(nodes),
      feasible_nodes: nodes === undefined ? null : 0,
      tie_set: '',
      message,
    });
  }

  /** A node was made to fail, or to come back. */
  faultNoted(node: string, event: 'begin' | 'end', nowNs: number): void {
    const target = this.#naming.place(node)?.node ?? node;
    this.#trail.add(`fault ${node} ${event}`);
    this.#recorder.tables.faults.append({ time_ns: Math.max(0, nowNs), kind: 'crash', target, event });
  }

  /**
   * One row for each node over the time since the last sample.
   * @param usedMillicores CPU in use by node of the cluster, where it is known
   */
  sample(nowNs: number, usedMillicores?: ReadonlyMap<string, number>): void {
    const intervalNs = nowNs - this.#sampledNs;
    if (intervalNs <= 0) return;
    this.#sampledNs = nowNs;
    const bound = group(
      [...this.#pods.values()].filter(({ isBound }) => isBound),
      ({ node }) => node!,
    );
    for (const [key, { node, name, cluster }] of this.#nodes) {
      const pods = bound.get(key) ?? [];
      const asked = pods.map(({ pod }) => podRequests(pod.spec as unknown as PodSpec).declared);
      const used = usedMillicores?.get(key);
      const millicores = milliValue(node.status?.allocatable?.['cpu'] ?? '0');
      this.#recorder.tables.nodes.append({
        time_ns: nowNs,
        node: name,
        cluster,
        state: this.#isSilent(key) ? 'not-ready' : 'up',
        cpu_utilization: used === undefined || millicores === 0 ? null : used / millicores,
        pods: pods.length,
        cpu_requested_millicores: asked.reduce((sum, { cpuMillicores }) => sum + cpuMillicores, 0),
        memory_requested_bytes: asked.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
        interval_ns: intervalNs,
      });
    }
  }

  /** The observation is over: the life of every pod, and the measures. */
  finish(nowNs: number, warmupNs: number): { readonly trail: DigestTrail; readonly measures: ObservedMeasures } {
    const lives = [...this.#pods.values()];
    for (const life of lives) this.#podRow(life);
    const none = {
      requests_sent: 0,
      requests_succeeded: 0,
      requests_failed: 0,
      retries: 0,
      timeouts: 0,
      retries_over_budget: 0,
      overloaded: 0,
    };
    const still = {
      battery_depletions: 0,
      migrations: 0,
      migration_downtime_ns: 0,
      handovers: 0,
      ping_pongs: 0,
      outage_handovers: 0,
      coverage_losses: 0,
      uncovered_ns: 0,
      policy_violations: 0,
      policy_violation_ns: 0,
    };
    return {
      trail: this.#trail.trail,
      measures: {
        ...none,
        ...still,
        duration_ns: nowNs,
        warmup_ns: Math.min(warmupNs, nowNs),
        pods_created: lives.length,
        pods_unschedulable: lives.filter(({ node, goneNs }) => node === undefined && goneNs === undefined).length,
      },
    };
  }

  #podRow(life: PodLife): void {
    const { app, service } = this.#naming.belonging(life.pod)!;
    const place = life.node === undefined ? undefined : this.#naming.place(life.node);
    this.#recorder.tables.pods.append({
      pod: life.pod.metadata!.name!,
      app,
      service,
      cluster: place?.cluster ?? null,
      node: place?.node ?? life.node ?? null,
      created_ns: life.createdNs,
      scheduled_ns: life.scheduledNs ?? null,
      sandbox_ns: life.sandboxNs ?? null,
      pulled_ns: life.pulledNs ?? null,
      started_ns: life.startedNs ?? null,
      ready_ns: life.readyNs ?? null,
      restarts: life.restarts,
      gone_ns: life.goneNs ?? null,
      waiting: life.waiting ?? null,
      reason: life.reason ?? null,
    });
  }

  #operation({ node, cluster }: { node: string; cluster: string }, event: string, nowNs: number): void {
    this.#recorder.tables.operations.append({ time_ns: nowNs, node, cluster, event });
  }

  /** Whether the control plane does not hear of a node, or it is not ready. */
  #isSilent(name: string | undefined): boolean {
    const node = name === undefined ? undefined : this.#nodes.get(name)?.node;
    return node !== undefined && node.status?.conditions?.find(({ type }) => type === 'Ready')?.status !== 'True';
  }
}
