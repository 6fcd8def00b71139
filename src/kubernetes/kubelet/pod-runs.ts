import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';
import { qosClass, type ImageId, type PodId, type World } from '../../model/index.ts';
import type { DurationSampler } from '../../dynamics/index.ts';
import { BackOff } from './back-off.ts';
import type { NodeImages } from './node-images.ts';
import { NodeMemory } from './node-memory.ts';
import type { ContainerPlan, PodPlan, ProbePlan } from './pod-plan.ts';
import { Probes } from './probes.ts';
import type { EndReason, PodLoad, PodReports } from './reports.ts';
import { isReady, newRun, type ContainerRun, type Run } from './run.ts';
import type { ClusterState } from '../cluster-state.ts';
import type { Pod } from '../pods.ts';
import type { StartupQueues } from '../pod-startup.ts';
import { afterOrNever } from './timers.ts';

/** CPU time on one reference core that it takes to answer a probe. Own design. */
const PROBE_WORK_NS = 1e6;
/** Exit status of a container that was killed by SIGKILL: 128 + 9. */
const KILLED = 137;

/** What the runs of pods have around them. */
export interface RunSurroundings {
  readonly world: World;
  readonly state: ClusterState;
  readonly load: PodLoad;
  readonly reports: PodReports;
  readonly startup: StartupQueues;
  readonly images: NodeImages | undefined;
  /** The containers of a pod serve from now on. */
  readonly serve: (pod: Pod) => void;
  /** They stop at once, if they serve: what they had in hand is lost. */
  readonly stopServing: (pod: Pod) => void;
  /** A pod that serves is to end within its grace period; `done` stops it. */
  readonly drain: (pod: Pod, done: () => void) => void;
  /** Nothing is to end any longer. */
  readonly forgetDrain: (pod: PodId) => void;
  /** A pod that is to end does so now. */
  readonly endDrain: (pod: PodId) => void;
}

/**
 * Pods that come up, run and end by a plan: one container after the other, probed, and started anew when they fail. See
 * `Kubelets`, which knows the other pods too.
 */
export class PodRuns {
  readonly #kernel: Kernel;
  readonly #around: RunSurroundings;
  readonly #memory: NodeMemory | undefined;
  readonly #probes: Probes;
  readonly #runs = new Map<PodId, Run>();
  readonly #goOn: HandlerId;
  readonly #initExited: HandlerId;
  readonly #warmedUp: HandlerId;
  readonly #exited: HandlerId;
  readonly #overLimit: HandlerId;
  readonly #restart: HandlerId;
  #serials = 0;

  /** @param countsMemory whether there is a pod that says what memory it uses */
  constructor(kernel: Kernel, around: RunSurroundings, countsMemory: boolean) {
    this.#kernel = kernel;
    this.#around = around;
    const { world, state, reports, startup } = around;
    this.#probes = new Probes(kernel);
    this.#memory = !countsMemory
      ? undefined
      : new NodeMemory(
          kernel,
          world.nodes.map(({ memoryBytes }) => memoryBytes),
          {
            pressure: (node, isOn) => reports.memoryPressure(node, isOn),
            evict: (pod) => this.#evict(state.pods[pod]!),
            outOfMemory: (pod) => this.#fail(this.#runs.get(pod)!, KILLED, 'out-of-memory'),
          },
        );
    const onRun = (name: string, handle: (run: Run) => void): HandlerId =>
      kernel.on(name, (pod, serial) => {
        const run = this.#runs.get(pod as PodId);
        if (run?.serial === serial) handle(run);
      });
    this.#goOn = onRun('kubelet.go-on', (run) => this.#bringUp(run));
    this.#initExited = onRun('kubelet.init-exited', (run) => {
      run.containers[run.next]!.state = 'done';
      this.#bringUp(run);
    });
    this.#warmedUp = onRun('kubelet.warmed-up', (run) => this.#serve(run));
    this.#exited = onRun('kubelet.exited', (run) => this.#fail(run, run.plan.exits!.code, 'failed'));
    this.#overLimit = onRun('kubelet.over-memory-limit', (run) => this.#fail(run, KILLED, 'out-of-memory'));
    this.#restart = onRun('kubelet.restart', (run) => {
      run.crashBackOff.next(run.failedNs, kernel.now);
      run.pod.restarts++;
      run.next = run.plan.serving;
      const startsNs = startup.restartedAtNs(run.pod.node!, kernel.now);
      if (startsNs === kernel.now) this.#bringUp(run);
      else kernel.at(startsNs, this.#goOn, run.pod.id, run.serial);
    });
  }

  has(pod: PodId): boolean {
    return this.#runs.has(pod);
  }

  /** A pod whose sandbox is there comes up; `isUp` is called when all its containers have been started once. */
  begin(pod: Pod, plan: PodPlan, isUp: () => void): void {
    pod.sandboxNs ??= this.#kernel.now;
    const run = newRun(pod, plan, this.#serials++, isUp);
    this.#runs.set(pod.id, run);
    this.#bringUp(run);
  }

  /** A pod is to end: nothing starts its containers anew from here on. */
  letEnd(pod: PodId): void {
    const run = this.#runs.get(pod);
    if (run === undefined) return;
    run.isEnding = true;
    run.serial = this.#serials++;
    for (const container of run.containers) this.#endProbes(container);
  }

  /** Nothing of a pod is on its node any longer. */
  end(pod: PodId): void {
    const run = this.#runs.get(pod);
    if (run !== undefined) this.#endRun(run);
  }

  /** What a pod has in hand has become more or less. */
  loadChanged(pod: PodId): void {
    const run = this.#runs.get(pod);
    if (run !== undefined) this.#useMemory(run);
  }

  /** Goes on with a pod's containers, one after the other, as far as that goes now. */
  #bringUp(run: Run): void {
    const { pod, containers } = run;
    pod.waiting = undefined;
    for (; run.next < containers.length; run.next++) {
      const container = containers[run.next]!;
      if (container.state !== 'waiting') continue;
      if (!run.hasImage && !this.#hasImage(run, container.plan)) return;
      run.hasImage = false;
      const { kind, runsFor, startup } = container.plan;
      if (kind === 'init') {
        if (runsFor !== undefined) {
          const stream = this.#kernel.streams.get(`pod/${pod.name}/init/${container.plan.name}`);
          container.state = 'running';
          afterOrNever(this.#kernel, runsFor(stream), this.#initExited, pod.id, run.serial);
          return;
        }
        container.state = 'done';
        continue;
      }
      this.#startContainer(run, container);
      if (kind === 'sidecar' && startup !== undefined && startup.initialDelayNs > 0) {
        run.next++;
        afterOrNever(this.#kernel, startup.initialDelayNs, this.#goOn, pod.id, run.serial);
        return;
      }
    }
    if (this.#around.images !== undefined) pod.pulledNs ??= this.#kernel.now;
    pod.startedNs ??= this.#kernel.now;
    run.isUp?.();
    run.isUp = undefined;
    this.#readinessChanged(run);
  }

  /** Whether the image of a container is there and may be used; where not, the run goes on when it has come. */
  #hasImage(run: Run, { image, pullPolicy }: ContainerPlan): boolean {
    if (image === undefined) return true;
    const images = this.#around.images!;
    const node = run.pod.node!;
    if (images.has(node, image) && pullPolicy !== 'Always') {
      this.#use(run, image);
      return true;
    }
    const { serial } = run;
    if (pullPolicy === 'Never') {
      run.pod.waiting = 'ErrImageNeverPull';
      images.wait(node, image, () => {
        if (!run.isOver && run.serial === serial) this.#bringUp(run);
      });
      return false;
    }
    images.pull(node, image, (outcome) => {
      if (run.isOver || run.serial !== serial) return;
      if (outcome === 'pulled') {
        this.#use(run, image);
        run.hasImage = true;
        this.#bringUp(run);
      } else this.#backOffPull(run, image);
    });
    return false;
  }

  #use(run: Run, image: ImageId): void {
    if (run.used.has(image)) return;
    run.used.add(image);
    this.#around.images!.use(run.pod.node!, image);
  }

  #backOffPull(run: Run, image: ImageId): void {
    const { now } = this.#kernel;
    let backOff = run.pullBackOffs.get(image);
    if (backOff === undefined) run.pullBackOffs.set(image, (backOff = new BackOff()));
    backOff.next(now, now);
    run.pod.waiting = 'ImagePullBackOff';
    this.#kernel.at(backOff.untilNs(now) as Nanoseconds, this.#goOn, run.pod.id, run.serial);
  }

  #startContainer(run: Run, container: ContainerRun): void {
    const { pod, plan } = run;
    container.state = 'running';
    container.sinceNs = this.#kernel.now;
    if (container === run.containers[plan.serving]) {
      this.#useMemory(run);
      const draw = (sampler: DurationSampler, of: string): number =>
        sampler(this.#kernel.streams.get(`pod/${pod.name}/${of}`));
      const { warmUp, exits } = plan;
      if (warmUp === undefined) this.#serve(run);
      else afterOrNever(this.#kernel, draw(warmUp, 'warm-up'), this.#warmedUp, pod.id, run.serial);
      if (exits !== undefined) afterOrNever(this.#kernel, draw(exits.after, 'exits'), this.#exited, pod.id, run.serial);
    }
    const { startup } = container.plan;
    if (startup === undefined) {
      this.#containerStarted(run, container);
      return;
    }
    this.#probe(run, container, startup, (isHealthy) => {
      this.#endProbes(container);
      if (isHealthy) this.#containerStarted(run, container);
      else this.#unhealthy(run);
    });
  }

  /** Its startup probe has succeeded, or it has none: the others begin. */
  #containerStarted(run: Run, container: ContainerRun): void {
    const { readiness, liveness } = container.plan;
    container.isStarted = true;
    container.isReady = readiness === undefined;
    if (readiness !== undefined) {
      this.#probe(run, container, readiness, (isHealthy) => {
        container.isReady = isHealthy;
        this.#readinessChanged(run);
      });
    }
    if (liveness !== undefined) {
      this.#probe(run, container, liveness, (isHealthy) => {
        if (isHealthy) return;
        this.#endProbes(container);
        this.#unhealthy(run);
      });
    }
    this.#readinessChanged(run);
  }

  #probe(run: Run, container: ContainerRun, plan: ProbePlan, changed: (isHealthy: boolean) => void): void {
    const firstNs = container.sinceNs + plan.initialDelayNs;
    const delayNs = Math.max(0, firstNs - this.#kernel.now);
    const isServing = container === run.containers[run.plan.serving];
    const answers = (timeoutNs: number): boolean => !isServing || this.#answers(run.pod, timeoutNs);
    container.probes.add(this.#probes.begin(plan, delayNs, answers, changed));
  }

  #endProbes(container: ContainerRun): void {
    for (const probe of container.probes) this.#probes.end(probe);
    container.probes.clear();
  }

  #answers(pod: Pod, timeoutNs: number): boolean {
    const { readyOnNode, id } = pod;
    return (
      readyOnNode && Math.max(this.#around.load.waitNs(id), this.#around.load.workNs(id, PROBE_WORK_NS)) <= timeoutNs
    );
  }

  /** The container that serves has warmed up. */
  #serve(run: Run): void {
    const { pod } = run;
    this.#around.serve(pod);
  }

  #readinessChanged(run: Run): void {
    const { pod } = run;
    const { reports } = this.#around;
    const isReadyNow = isReady(run);
    if (isReadyNow !== (pod.phase === 'ready')) pod.readinessChangedNs = this.#kernel.now;
    if (isReadyNow && pod.phase === 'starting') {
      pod.phase = 'ready';
      pod.readyNs ??= this.#kernel.now;
      reports.ready(pod);
    } else if (!isReadyNow && pod.phase === 'ready') {
      pod.phase = 'starting';
      reports.unready(pod);
    }
  }

  /** A probe has found that the container that serves has to be started anew. */
  #unhealthy(run: Run): void {
    const { pod } = run;
    // it does not exit by itself any more
    run.serial = this.#serials++;
    if (pod.readyOnNode) this.#around.drain(pod, () => this.#fail(run, KILLED, 'failed'));
    else this.#fail(run, KILLED, 'failed');
  }

  /** The container that serves has ended: it is started anew, or the pod has ended with it. */
  #fail(run: Run, code: number, reason: EndReason): void {
    const { pod, plan } = run;
    if (run.isEnding) {
      this.#around.endDrain(pod.id);
      return;
    }
    const container = run.containers[plan.serving]!;
    const { now } = this.#kernel;
    this.#endProbes(container);
    container.state = 'waiting';
    container.isStarted = container.isReady = false;
    run.serial = this.#serials++;
    run.failedNs = now;
    this.#around.forgetDrain(pod.id);
    this.#around.stopServing(pod);
    this.#memory?.release(pod.node!, pod.id);
    if (plan.restartPolicy === 'Never' || (plan.restartPolicy === 'OnFailure' && code === 0)) {
      this.#endRun(run);
      this.#around.reports.ended(pod, code === 0 ? 'completed' : reason);
      return;
    }
    this.#readinessChanged(run);
    const untilNs = run.crashBackOff.untilNs(now);
    if (untilNs > now) pod.waiting = 'CrashLoopBackOff';
    this.#kernel.at(untilNs as Nanoseconds, this.#restart, pod.id, run.serial);
  }

  #useMemory(run: Run): void {
    const { pod, plan } = run;
    const { memory } = plan;
    if (memory === undefined) return;
    run.memory ??= {
      pod: pod.id,
      requestBytes: this.#around.state.schedulingPod(pod).kind.requests.declared.memoryBytes,
      priority: this.#around.state.schedulingPod(pod).kind.priority,
      qos: qosClass(this.#around.world.services[pod.service]!.podSpec),
      usedBytes: 0,
    };
    const inHand = pod.readyOnNode ? this.#around.load.inHand(pod.id) : 0;
    const usedBytes = memory.baseBytes + memory.perRequestBytes * inHand;
    this.#memory!.use(pod.node!, run.memory, usedBytes);
    // not amid the request that is too much
    if (usedBytes > memory.limitBytes) this.#kernel.after(0 as Nanoseconds, this.#overLimit, pod.id, run.serial);
  }

  #evict(pod: Pod): void {
    if (this.#runs.get(pod.id)!.isEnding) {
      this.#around.endDrain(pod.id);
      return;
    }
    this.#around.forgetDrain(pod.id);
    this.end(pod.id);
    this.#around.stopServing(pod);
    this.#around.reports.evicted(pod);
  }

  #endRun(run: Run): void {
    const { pod } = run;
    run.isOver = true;
    this.#runs.delete(pod.id);
    for (const container of run.containers) this.#endProbes(container);
    for (const image of run.used) this.#around.images!.release(pod.node!, image);
    this.#memory?.release(pod.node!, pod.id);
  }
}
