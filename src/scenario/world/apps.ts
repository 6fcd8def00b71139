import {
  parseBandwidth,
  parseBytes,
  parseDuration,
  type App,
  type AppId,
  type Behaviour,
  type ClusterObjects,
  type ClusterId,
  type PodSpec,
  type Service,
  type ServiceId,
} from '../../model/index.ts';
import type { Nanoseconds } from '../../kernel/index.ts';
import { nearest } from '../nearest.ts';
import type { Scenario } from '../schema/index.ts';
import { isMap, type Path } from '../source.ts';
import { quote } from '../validation.ts';
import { whyMissing } from './autoscalers.ts';
import { Names, type Build } from './build.ts';
import { demandCalled, withCallSettings } from './call-policy.ts';
import { readChannels } from './channels.ts';
import { readChanges } from './app-changes.ts';
import { withClasses } from './classes.ts';
import { readContainerLife } from './container-life.ts';
import type { Datasets } from './datasets.ts';
import { readDuration } from './durations.ts';
import type { CodecoAppLibrary, LoadedCodecoApp } from './codeco-apps.ts';
import type { Infrastructure } from './infrastructure.ts';
import { MOST_PODS } from './limits.ts';
import { Manifests, type PlainApp } from './manifests.ts';
import { readPlaced } from './placed-pods.ts';
import { readPodTable } from './pod-table.ts';

type Written = Scenario['spec']['apps'][number];
type WrittenBehaviour = Written['behaviour'][string];

/** Stands in for what is wrong in an entry, while the rest of it is checked. */
const unstatedApp = { name: undefined, at: '0s', clusters: undefined, behaviour: {} } as const;

/** An application as written, with the CodecoApp it names. */
export interface ReadApp {
  readonly id: AppId;
  readonly name: string;
  readonly path: Path;
  readonly loaded: LoadedCodecoApp;
}

/** The applications and their services; services are numbered across all of them. */
export class Apps {
  readonly apps: App[] = [];
  readonly services: Service[] = [];
  /** Those that are CodecoApps, as they are written. */
  readonly read: ReadApp[] = [];
  readonly appNames = new Names<AppId>('application');
  /** By application. */
  readonly serviceNames: Names<ServiceId>[] = [];
  /** By service, before the services are made: channels lead to services that come later. */
  readonly #nameOf: string[] = [];
  readonly #build: Build;
  readonly #infrastructure: Infrastructure;
  readonly #datasets: Datasets;
  readonly #library: CodecoAppLibrary;
  readonly #manifests: Manifests;

  constructor(build: Build, infrastructure: Infrastructure, datasets: Datasets, library: CodecoAppLibrary) {
    this.#build = build;
    this.#infrastructure = infrastructure;
    this.#datasets = datasets;
    this.#library = library;
    this.#manifests = new Manifests(build, infrastructure.nodes);
  }

  build(): void {
    const build = this.#build;
    const entries: unknown = build.scenario.spec.apps;
    if (!Array.isArray(entries)) this.appNames.complete = false;
    const addServices: (() => number)[] = [];
    for (const [index, entry] of (Array.isArray(entries) ? (entries as unknown[]) : []).entries()) {
      const path = ['spec', 'apps', index, 'manifest'];
      const reference = isMap(entry) ? entry['manifest'] : undefined;
      if (typeof reference === 'string' && !build.isBroken(...path)) this.#manifests.open(reference, path);
    }
    let serviceCount = 0;
    for (const [index, entry] of (Array.isArray(entries) ? (entries as unknown[]) : []).entries()) {
      const path = ['spec', 'apps', index];
      const isOne = this.#demandOneSource(entry, path);
      const loaded = isOne ? this.#loadSource(entry, path) : undefined;
      const plain = isOne && loaded === undefined ? this.#loadPlain(entry, path) : undefined;
      if (loaded === undefined && plain === undefined) {
        this.appNames.complete = false;
        continue;
      }
      const written = build.readableFields(entry as Written, path, unstatedApp);
      const app =
        loaded === undefined
          ? this.#addPlainApp(written, path, plain!, serviceCount)
          : this.#addApp(written, path, loaded, serviceCount);
      serviceCount += app.services.length;
      const id = (this.apps.length - 1) as AppId;
      if (loaded === undefined) addServices.push(() => this.#addWorkloads(written, path, id, plain!));
      else {
        const read = { id, name: app.name, path, loaded };
        this.read.push(read);
        addServices.push(() => this.#addServices(written, read));
      }
    }
    this.#manifests.warnWithoutEffect();
    let pods = 0;
    for (const add of addServices) pods += add();
    if (pods > MOST_PODS) {
      build.entryProblem(['spec', 'apps'], `${pods} pods in all`, { expected: `at most ${MOST_PODS}` });
    }
  }

  /** What manifests say of pods in general; undefined where there are none. */
  objects(): ClusterObjects | undefined {
    const objects = this.#manifests.objects((kind, namespace, name) => {
      const index = this.services.findIndex(
        (service) =>
          service.workload?.kind === kind && service.workload.namespace === namespace && service.name === name,
      );
      return index < 0 ? undefined : (index as ServiceId);
    });
    for (const { name, target, metrics } of objects?.autoscalers ?? []) {
      const service = this.services[target]!;
      for (const metric of metrics) {
        const why = metric?.kind === 'resource' ? whyMissing(metric, service) : undefined;
        if (why !== undefined) this.#build.warn(['spec', 'apps', service.app], `${quote(name)} scales by ${why}`);
      }
    }
    return objects;
  }

  #demandOneSource(entry: unknown, path: Path): boolean {
    if (!isMap(entry)) return true;
    const sources = ['codecoApp', 'manifest', 'pods'].filter((field) => field in entry);
    if (sources.length === 1) return true;
    const found = sources.length === 0 ? '"codecoApp" is missing' : `both ${sources.map(quote).join(' and ')}`;
    this.#build.entryProblem(path, found, { expected: 'exactly one of codecoApp, manifest and pods' });
    return false;
  }

  /** The pods of an entry that is no CodecoApp. */
  #loadPlain(entry: unknown, path: Path): PlainApp | undefined {
    if (!isMap(entry)) return undefined;
    const { manifest, pods, at } = entry;
    const isReadable = (field: string): boolean => !this.#build.isBroken(...path, field);
    const createdAtNs = typeof at === 'string' && isReadable('at') ? parseDuration(at) : (0 as Nanoseconds);
    if (typeof manifest === 'string' && isReadable('manifest'))
      return this.#manifests.load(manifest, [...path, 'manifest'], createdAtNs);
    if (typeof pods !== 'string' || !isReadable('pods')) return undefined;
    return readPodTable(this.#build, pods, [...path, 'pods'], createdAtNs);
  }

  #addPlainApp(written: Written, path: Path, plain: PlainApp, firstService: number): App {
    const build = this.#build;
    const name = written.name ?? plain.name;
    const field = written.manifest === undefined ? 'pods' : 'manifest';
    const id = this.apps.length as AppId;
    build.declare(this.appNames, name, id, [...path, written.name === undefined ? field : 'name']);
    const names = new Names<ServiceId>(`service of ${name}`);
    this.serviceNames.push(names);
    const services = plain.workloads.map((workload, index) => {
      const entry = (firstService + index) as ServiceId;
      this.#nameOf[entry] = workload.name;
      names.entries.set(workload.name, { entry, path: [...path, field] });
      return entry;
    });
    // requests may name the Service that stands for the pods of one workload
    for (const { name: alias, namespace, selector } of plain.kubernetesServices) {
      const meant = plain.workloads.flatMap(({ workload }, index) =>
        workload.namespace === namespace && selects(selector, workload.labels) ? [services[index]!] : [],
      );
      if (meant.length === 1 && !names.entries.has(alias))
        names.entries.set(alias, { entry: meant[0]!, path: [...path, field] });
    }
    if (written.changes !== undefined)
      build.entryProblem([...path, 'changes'], 'changes of what is no CodecoApp', { expected: 'codecoApp beside it' });
    const app: App = {
      name,
      namespace: plain.workloads[0]?.workload.namespace ?? 'default',
      services,
      createdAtNs: parseDuration(written.at),
      clusters: this.#clustersOf(written, path),
      source: plain.source,
      kubernetesServices: plain.kubernetesServices,
      ...this.#liftedGates(
        written,
        path,
        plain.workloads.map(({ podSpec }) => podSpec),
      ),
    };
    this.apps.push(app);
    this.#warnOfLate(app, path);
    return app;
  }

  /** @returns the number of pods */
  #addWorkloads(written: Written, path: Path, id: AppId, plain: PlainApp): number {
    this.#demandKnown(written, path, id);
    for (const [name, { callsTo }] of Object.entries(written.behaviour))
      demandCalled(this.#build, callsTo, new Set(), [...path, 'behaviour', name, 'callsTo']);
    const first = this.services.length;
    const placed = this.#placed(written, path, id, (service) => plain.workloads[service - first]!.replicas);
    let pods = 0;
    for (const { name, podSpec, replicas, workload, lives } of plain.workloads) {
      const own = Object.hasOwn(written.behaviour, name) ? name : '*';
      const behaviour = written.behaviour[own] ?? this.#library.defaultBehaviour;
      pods += replicas + (lives?.length ?? 0);
      this.services.push({
        name,
        app: id,
        podSpec,
        replicas,
        channels: [],
        behaviour: this.#readBehaviour(behaviour, podSpec, [...path, 'behaviour', own]),
        trafficDistribution: behaviour.trafficDistribution,
        workload,
        ...(lives === undefined ? {} : { lives }),
        ...placed.get(this.services.length as ServiceId),
      });
    }
    return pods;
  }

  /** When the gates of its pods go; one that no pod has is reported. */
  #liftedGates(written: Partial<Written>, path: Path, podSpecs: readonly PodSpec[]): Pick<App, 'liftedGates'> {
    const lifted = [...this.#build.readable(written.liftGates, ...path, 'liftGates')];
    if (lifted.length === 0) return {};
    const known = [...new Set(podSpecs.flatMap(({ schedulingGates = [] }) => schedulingGates.map(({ name }) => name)))];
    for (const [{ gate }, at] of lifted) {
      if (known.includes(gate)) continue;
      this.#build.entryProblem([...at, 'gate'], `no pod has the scheduling gate ${quote(gate)}`, {
        expected: known.length === 0 ? 'no gate to lift: the pods have none' : `one of ${known.join(', ')}`,
        nearest: () => nearest(gate, known),
      });
    }
    return { liftedGates: lifted.map(([{ gate, at }]) => ({ gate, atNs: parseDuration(at) })) };
  }

  /** Reports behaviour of services that the application does not have. */
  #demandKnown(written: Written, path: Path, id: AppId): void {
    const names = this.serviceNames[id]!;
    const known = [...names.entries.keys()];
    for (const name of Object.keys(written.behaviour)) {
      if (name === '*' || names.entries.has(name)) continue;
      this.#build.entryProblem([...path, 'behaviour', name], `no ${names.noun} is named ${quote(name)}`, {
        expected: `one of ${known.join(', ')} or *`,
        nearest: () => nearest(name, known),
      });
    }
  }

  /** The CodecoApp of an entry, even where the rest of the entry is wrong. */
  #loadSource(entry: unknown, path: Path): LoadedCodecoApp | undefined {
    const reference = isMap(entry) ? entry['codecoApp'] : undefined;
    const isReadable = typeof reference === 'string' && !this.#build.isBroken(...path, 'codecoApp');
    if (this.#build.isBroken(...path, 'name')) this.appNames.complete = false;
    return isReadable ? this.#library.load(this.#build, reference, [...path, 'codecoApp']) : undefined;
  }

  #addApp(written: Written, path: Path, loaded: LoadedCodecoApp, firstService: number): App {
    const build = this.#build;
    const { app: source, report } = loaded;
    const name = written.name ?? (source.spec.appName || source.metadata.name);
    const id = this.apps.length as AppId;
    build.declare(this.appNames, name, id, [...path, written.name === undefined ? 'codecoApp' : 'name']);
    const names = new Names<ServiceId>(`service of ${name}`);
    this.serviceNames.push(names);
    const services = source.spec['codecoapp-msspec'].map((service, index) => {
      const serviceId = (firstService + index) as ServiceId;
      this.#nameOf[serviceId] = service.serviceName;
      const at = ['spec', 'codecoapp-msspec', index, 'serviceName'];
      if (names.entries.has(service.serviceName)) {
        report(at, `the name ${quote(service.serviceName)} is taken`, {
          expected: 'a name of its own in the application',
        });
      } else names.entries.set(service.serviceName, { entry: serviceId, path: at });
      return serviceId;
    });
    const app: App = {
      name,
      namespace: source.metadata.namespace ?? 'default',
      services,
      createdAtNs: parseDuration(written.at),
      clusters: this.#clustersOf(written, path),
      source,
      ...readChanges(this.#build, written, path, names),
      ...this.#liftedGates(
        written,
        path,
        source.spec['codecoapp-msspec'].map(({ podspec }) => podspec),
      ),
    };
    this.apps.push(app);
    this.#warnOfLate(app, path);
    return app;
  }

  #warnOfLate(app: App, path: Path): void {
    const { duration } = this.#build.scenario.spec;
    if (!this.#build.isBroken('spec', 'duration') && app.createdAtNs >= parseDuration(duration)) {
      this.#build.warn([...path, 'at'], 'it is submitted after the end of the simulation');
    }
  }

  #clustersOf(written: Written, path: Path): ClusterId[] {
    const { clusters, clusterNames } = this.#infrastructure;
    if (written.clusters === undefined) return clusters.map((_, index) => index as ClusterId);
    const ids = written.clusters.map((name, index) =>
      this.#build.resolve(clusterNames, name, [...path, 'clusters', index]),
    );
    return [...new Set(ids.filter((id) => id !== undefined))];
  }

  /** @returns the number of pods */
  #addServices(written: Written, read: ReadApp): number {
    this.#demandKnown(written, read.path, read.id);
    const called = new Map(Object.keys(written.behaviour).map((name) => [name, new Set<string>()]));
    const placed = this.#placed(written, read.path, read.id, (service) => {
      const behaviour = written.behaviour[this.#nameOf[service]!] ?? written.behaviour['*'];
      return (behaviour ?? this.#library.defaultBehaviour).replicas;
    });
    let pods = 0;
    for (const [index, service] of read.loaded.app.spec['codecoapp-msspec'].entries()) {
      const { serviceName, podspec } = service;
      const own = Object.hasOwn(written.behaviour, serviceName) ? serviceName : '*';
      const behaviour = written.behaviour[own] ?? this.#library.defaultBehaviour;
      const path = [...read.path, 'behaviour', own];
      const channels = readChannels(this, read, index).map((channel) => {
        const name = this.#nameOf[channel.to]!;
        called.get(own)?.add(name);
        return withCallSettings(this.#build, channel, behaviour.callsTo, name, [...path, 'callsTo']);
      });
      const made = withClasses(this.#build, read.loaded, service, {
        name: serviceName,
        app: read.id,
        podSpec: podspec,
        replicas: behaviour.replicas,
        channels,
        behaviour: this.#readBehaviour(behaviour, podspec, path),
        trafficDistribution: behaviour.trafficDistribution,
        ...placed.get(this.services.length as ServiceId),
      });
      pods += made.replicas;
      this.services.push(made);
    }
    for (const [name, names] of called)
      demandCalled(this.#build, written.behaviour[name]!.callsTo, names, [...read.path, 'behaviour', name, 'callsTo']);
    return pods;
  }

  #placed(written: Written, path: Path, id: AppId, replicasOf: (service: ServiceId) => number) {
    const { nodeNames } = this.#infrastructure;
    return readPlaced(this.#build, written, path, { services: this.serviceNames[id]!, nodes: nodeNames, replicasOf });
  }

  #readBehaviour(written: WrittenBehaviour, podSpec: PodSpec, path: Path): Behaviour {
    const life = readContainerLife(this.#build, written, podSpec, path);
    const data = this.#datasets.accessesOf(written, path);
    return {
      cpu: readDuration(this.#build, written.cpu, [...path, 'cpu']),
      requestBytes: parseBytes(written.request),
      responseBytes: parseBytes(written.response),
      concurrency: written.concurrency,
      calls: written.calls,
      ...(written.queue === undefined ? {} : { queueLimit: written.queue }),
      ...(written.holdsSlotWhileCalling ? {} : { holdsSlotWhileCalling: false as const }),
      ...(data === undefined ? {} : { data }),
      ...(written.state === undefined
        ? {}
        : { state: { bytes: parseBytes(written.state.size), dirtyBps: parseBandwidth(written.state.dirtyRate) } }),
      ...(life === undefined ? {} : { life }),
    };
  }
}

function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}
