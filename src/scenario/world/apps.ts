import {
  parseBytes,
  parseDuration,
  type App,
  type AppId,
  type Behaviour,
  type ClusterId,
  type CodecoApp,
  type Service,
  type ServiceId,
} from '../../model/index.ts';
import { nearest } from '../nearest.ts';
import type { Scenario } from '../schema/index.ts';
import { isMap, type Path } from '../source.ts';
import { quote } from '../validation.ts';
import { Names, type Build } from './build.ts';
import { readChannels } from './channels.ts';
import type { Datasets } from './datasets.ts';
import { readDuration } from './durations.ts';
import type { CodecoAppLibrary, LoadedCodecoApp } from './codeco-apps.ts';
import type { Infrastructure } from './infrastructure.ts';
import { MOST_PODS } from './limits.ts';

type Written = Scenario['spec']['apps'][number];
type WrittenBehaviour = Written['behaviour'][string];

/** Stands in for what is wrong in an entry, while the rest of it is checked. */
const unstatedApp = { name: undefined, at: '0s', clusters: undefined, behaviour: {} } as const;

/** An application as written, with the CodecoApp it names. */
export interface ReadApp {
  readonly id: AppId;
  readonly path: Path;
  readonly loaded: LoadedCodecoApp;
}

/** The applications and their services; services are numbered across all of them. */
export class Apps {
  readonly apps: App[] = [];
  readonly services: Service[] = [];
  readonly appNames = new Names<AppId>('application');
  /** By application. */
  readonly serviceNames: Names<ServiceId>[] = [];
  readonly #build: Build;
  readonly #infrastructure: Infrastructure;
  readonly #datasets: Datasets;
  readonly #library: CodecoAppLibrary;

  constructor(build: Build, infrastructure: Infrastructure, datasets: Datasets, library: CodecoAppLibrary) {
    this.#build = build;
    this.#infrastructure = infrastructure;
    this.#datasets = datasets;
    this.#library = library;
  }

  /** The CodecoApps that are used, in order. */
  get sources(): CodecoApp[] {
    return this.apps.map((app) => app.source);
  }

  build(): void {
    const build = this.#build;
    const entries: unknown = build.scenario.spec.apps;
    if (!Array.isArray(entries)) this.appNames.complete = false;
    const read: (ReadApp & { readonly written: Written })[] = [];
    let serviceCount = 0;
    for (const [index, entry] of (Array.isArray(entries) ? (entries as unknown[]) : []).entries()) {
      const path = ['spec', 'apps', index];
      const loaded = this.#loadSource(entry, path);
      if (loaded === undefined) {
        this.appNames.complete = false;
        continue;
      }
      const written = build.readableFields(entry as Written, path, unstatedApp);
      const app = this.#addApp(written, path, loaded, serviceCount);
      serviceCount += app.services.length;
      read.push({ id: (this.apps.length - 1) as AppId, path, loaded, written });
    }
    let pods = 0;
    for (const app of read) pods += this.#addServices(app.written, app);
    if (pods > MOST_PODS) {
      build.entryProblem(['spec', 'apps'], `${pods} pods in all`, { expected: `at most ${MOST_PODS}` });
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
    };
    this.apps.push(app);
    const { duration } = build.scenario.spec;
    if (!build.isBroken('spec', 'duration') && app.createdAtNs >= parseDuration(duration)) {
      build.warn([...path, 'at'], 'it is submitted after the end of the simulation');
    }
    return app;
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
    const names = this.serviceNames[read.id]!;
    const known = [...names.entries.keys()];
    for (const name of Object.keys(written.behaviour)) {
      if (name === '*' || names.entries.has(name)) continue;
      this.#build.entryProblem([...read.path, 'behaviour', name], `no ${names.noun} is named ${quote(name)}`, {
        expected: `one of ${known.join(', ')} or *`,
        nearest: () => nearest(name, known),
      });
    }
    let pods = 0;
    for (const [index, service] of read.loaded.app.spec['codecoapp-msspec'].entries()) {
      const { serviceName, podspec } = service;
      const own = Object.hasOwn(written.behaviour, serviceName) ? serviceName : '*';
      const behaviour = written.behaviour[own] ?? this.#library.defaultBehaviour;
      pods += behaviour.replicas;
      this.services.push({
        name: serviceName,
        app: read.id,
        podSpec: podspec,
        replicas: behaviour.replicas,
        channels: readChannels(this, read, index),
        behaviour: this.#readBehaviour(behaviour, [...read.path, 'behaviour', own]),
        trafficDistribution: behaviour.trafficDistribution,
      });
    }
    return pods;
  }

  #readBehaviour(written: WrittenBehaviour, path: Path): Behaviour {
    const data = this.#datasets.accessesOf(written, path);
    return {
      cpu: readDuration(this.#build, written.cpu, [...path, 'cpu']),
      requestBytes: parseBytes(written.request),
      responseBytes: parseBytes(written.response),
      concurrency: written.concurrency,
      calls: written.calls,
      ...(data === undefined ? {} : { data }),
    };
  }
}
