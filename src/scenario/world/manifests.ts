import {
  manifestSchemas,
  type ClusterObjects,
  type HorizontalPodAutoscaler,
  type KubernetesService,
  type Manifest,
  type ManifestKind,
  type PodDisruptionBudget,
  type PodLife,
  type PodSpec,
  type PriorityClass,
  type PublishedAutoscalerSpec,
  type PublishedController,
  type PublishedObject,
  type ServiceId,
  type Workload,
} from '../../model/index.ts';
import type { Nanoseconds } from '../../kernel/index.ts';
import { readDocuments } from '../documents.ts';
import type { ReadFile } from '../files.ts';
import { nearest } from '../nearest.ts';
import { isMap, Source, type Mark, type Path } from '../source.ts';
import { check, quote } from '../validation.ts';
import { readAutoscaler } from './autoscalers.ts';
import type { Build } from './build.ts';
import { meetsRequirements } from './node-requirements.ts';
import { checkAffinity, checkProbes, checkResources, checkSelector, type Report } from './pod-checks.ts';
import { asStored } from './published-objects.ts';
import { readReferenced } from './sites.ts';
import { fieldsWithoutEffect } from './without-effect.ts';

/** Pods of one kind that are not from a CodecoApp: what becomes one service of the world. */
export interface PlainWorkload {
  readonly name: string;
  readonly podSpec: PodSpec;
  readonly replicas: number;
  readonly workload: Workload;
  /** Pods that nobody makes anew; `replicas` is 0 then. */
  readonly lives?: readonly PodLife[];
}

/** An application that is not a CodecoApp. */
export interface PlainApp {
  /** What it is called where the scenario does not say. */
  readonly name: string;
  readonly source: Manifest;
  readonly workloads: readonly PlainWorkload[];
  readonly kubernetesServices: readonly KubernetesService[];
}

interface ReadDocument {
  readonly object: PublishedObject;
  readonly report: Report;
}

interface OpenedManifest {
  readonly read: readonly ReadDocument[];
  readonly documents: readonly unknown[];
}

const kinds = Object.keys(manifestSchemas) as ManifestKind[];
const isKind = (kind: unknown): kind is ManifestKind => kinds.includes(kind as ManifestKind);

/** Source: Kubernetes, pkg/apis/scheduling/types.go, SystemPriorityClasses. */
const SYSTEM_CLASSES: readonly PriorityClass[] = [
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    globalDefault: false,
    preemptionPolicy: 'PreemptLowerPriority',
  },
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    globalDefault: false,
    preemptionPolicy: 'PreemptLowerPriority',
  },
];

/** Reads Kubernetes manifests as published, and gathers what they say of pods in general. */
export class Manifests {
  readonly #build: Build;
  readonly #nodes: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
  readonly #priorityClasses: PriorityClass[] = [];
  readonly #disruptionBudgets: PodDisruptionBudget[] = [];
  readonly #autoscalers: (Omit<HorizontalPodAutoscaler, 'target'> & {
    kind: string;
    targetName: string;
    mark: Mark | undefined;
  })[] = [];
  readonly #idle = new Set<string>();
  /** Each file is read once, whoever refers to it. */
  readonly #opened = new Map<ReadFile, OpenedManifest | undefined>();
  readonly #byReference = new Map<string, OpenedManifest>();
  /** How many names have been made of each prefix. */
  readonly #generated = new Map<string, number>();
  #firstMark: Mark | undefined;
  #isUsed = false;

  constructor(
    build: Build,
    nodes: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[],
  ) {
    this.#build = build;
    this.#nodes = nodes;
  }

  /** Opens a manifest, so that its PriorityClasses are known to those that come before it. What is wrong is reported. */
  open(reference: string, path: Path): void {
    this.#isUsed = true;
    const file = readReferenced(this.#build, reference, path, 'documents');
    if (file === undefined) return;
    if (!this.#opened.has(file)) this.#opened.set(file, this.#read(file));
    const opened = this.#opened.get(file);
    if (opened !== undefined) this.#byReference.set(reference, opened);
  }

  #read(file: ReadFile): OpenedManifest | undefined {
    const build = this.#build;
    const before = build.problems.length;
    const source = new Source(file.name, file.text, file.folder);
    const found = readDocuments(source, build.places, build.problems);
    if (found === undefined) return undefined;
    const documents = found.flatMap(({ value, mark }) => this.#objectsIn(value, mark));
    const read = documents.map(({ value, mark }) => this.#check(value, mark)).filter((each) => each !== undefined);
    if (build.problems.length > before) return undefined;
    for (const each of read) this.#readClass(each);
    for (const each of read) this.#readPolicies(each);
    if (build.problems.length > before) return undefined;
    return { read, documents: documents.map(({ value }) => value) };
  }

  /** The application of a manifest that has been opened; reported, and undefined, if it is wrong. */
  load(reference: string, path: Path, createdAtNs: Nanoseconds): PlainApp | undefined {
    const build = this.#build;
    const opened = this.#byReference.get(reference);
    if (opened === undefined) return undefined;
    const { read, documents } = opened;
    const before = build.problems.length;
    const workloads = this.#workloads(read, createdAtNs);
    if (workloads.length === 0 && build.problems.length === before) {
      const has = [...new Set(documents.flatMap((each) => (isMap(each) ? [String(each['kind'])] : [])))].join(', ');
      const expected = 'a Pod, Deployment or ReplicaSet in it';
      build.problem(path, `a manifest without pods${has === '' ? '' : `: it has ${has}`}`, { expected });
    }
    if (build.problems.length > before) return undefined;
    const kubernetesServices = read.flatMap(({ object }): KubernetesService[] => {
      if (object.kind !== 'Service') return [];
      const { selector = {} } = (object.spec ?? {}) as { selector?: Readonly<Record<string, string>> };
      return [{ name: object.metadata.name, namespace: namespaceOf(object), selector }];
    });
    const stem = /([^/]*?)(\.[a-z]+)?$/i.exec(reference)![1]!.toLowerCase();
    return {
      name: stem.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'manifest',
      source: { kind: 'Manifest', documents },
      workloads,
      kubernetesServices,
    };
  }

  /** What has no effect, in one warning for all manifests. */
  warnWithoutEffect(): void {
    if (this.#idle.size === 0) return;
    this.#build.warnings.add(this.#firstMark, [], `without effect here: ${[...this.#idle].join(', ')}`);
  }

  /**
   * What manifests say of pods in general; undefined where there are none.
   * @param serviceOf the service of a controller
   */
  objects(
    serviceOf: (kind: string, namespace: string, name: string) => ServiceId | undefined,
  ): ClusterObjects | undefined {
    if (!this.#isUsed) return undefined;
    const autoscalers = this.#autoscalers.flatMap(({ kind, targetName, mark, ...autoscaler }) => {
      const target = serviceOf(kind, autoscaler.namespace, targetName);
      if (target !== undefined) return [{ ...autoscaler, target }];
      this.#build.warnings.add(
        mark,
        ['spec', 'scaleTargetRef'],
        `no ${kind} is named ${quote(targetName)}: nothing is scaled`,
      );
      return [];
    });
    return { priorityClasses: this.#priorityClasses, disruptionBudgets: this.#disruptionBudgets, autoscalers };
  }

  #objectsIn(value: unknown, mark: Mark): { value: unknown; mark: Mark }[] {
    if (!isMap(value) || value['kind'] !== 'List' || !Array.isArray(value['items'])) return [{ value, mark }];
    return (value['items'] as unknown[]).map((item, index) => {
      const place = this.#build.places.get(value['items'] as object, index);
      const at = place === undefined ? mark : { source: place.source, start: place.value[0], end: place.value[1] };
      if (isMap(item)) this.#build.places.setRoot(item, { source: at.source, value: [at.start, at.end] });
      return { value: item, mark: at };
    });
  }

  #check(document: unknown, mark: Mark): ReadDocument | undefined {
    const build = this.#build;
    this.#firstMark ??= mark;
    const kind = isMap(document) ? document['kind'] : undefined;
    if (!isMap(document) || typeof kind !== 'string') {
      build.problems.add(mark, [], 'a document without a kind', { expected: `one of ${kinds.join(', ')}` });
      return undefined;
    }
    if (!isKind(kind)) {
      const near = nearest(kind, kinds);
      if (near === undefined) this.#idle.add(kind);
      else {
        const at = build.places.markValue(document, ['kind']);
        build.problems.add(at, ['kind'], `unknown kind ${quote(kind)}`, {
          expected: `one of ${kinds.join(', ')}`,
          nearest: () => near,
        });
      }
      return undefined;
    }
    asStored(document, this.#generated);
    check(manifestSchemas[kind], document, build.places, build.problems);
    for (const field of fieldsWithoutEffect(kind, document)) this.#idle.add(field);
    const object = document as unknown as PublishedObject;
    return {
      object,
      report: (path, found, expected, near) =>
        build.problems.add(build.places.markValue(document, path), path, found, { expected, nearest: near }),
    };
  }

  #readClass({ object, report }: ReadDocument): void {
    if (object.kind !== 'PriorityClass') return;
    const {
      value,
      globalDefault = false,
      preemptionPolicy = 'PreemptLowerPriority',
    } = object as PublishedObject & Partial<Omit<PriorityClass, 'value'>> & Pick<PriorityClass, 'value'>;
    const { name } = object.metadata;
    const first = this.#priorityClasses.find((each) => each.name === name);
    if (first !== undefined && first.value !== value)
      report(
        ['metadata', 'name'],
        `the name ${quote(name)} is taken`,
        `the value ${first.value}, as the other PriorityClass of the name`,
      );
    if (first !== undefined) return;
    this.#priorityClasses.push({ name, value, globalDefault, preemptionPolicy });
  }

  #workloads(read: readonly ReadDocument[], createdAtNs: Nanoseconds): PlainWorkload[] {
    const names = new Map<string, string>();
    const taken = new Set<string>();
    return read.flatMap(({ object, report }): PlainWorkload[] => {
      const { kind } = object;
      if (kind !== 'Pod' && kind !== 'Deployment' && kind !== 'ReplicaSet') return [];
      const namespace = namespaceOf(object);
      const full = `${kind} ${namespace}/${object.metadata.name}`;
      if (taken.has(full)) report(['metadata', 'name'], `${full} is there already`, 'each object once');
      taken.add(full);
      const name = names.has(object.metadata.name)
        ? `${namespace}/${kind}/${object.metadata.name}`
        : object.metadata.name;
      names.set(name, full);
      if (kind === 'Pod') {
        const podSpec = this.#podSpec(object.spec as PodSpec, ['spec'], report);
        const { activeDeadlineSeconds: seconds } = podSpec as { activeDeadlineSeconds?: number };
        const deadline = seconds === undefined ? {} : { deadlineNs: (seconds * 1e9) as Nanoseconds };
        const lives = [{ name: object.metadata.name, createdAtNs, ...deadline }];
        const workload = { kind, namespace, labels: object.metadata.labels ?? {} };
        return [{ name, podSpec, replicas: 0, workload, lives }];
      }
      const { replicas = 1, selector, template } = object.spec as PublishedController;
      const labels = template.metadata?.labels ?? {};
      checkSelector(selector, labels, report);
      const podSpec = this.#podSpec(template.spec, ['spec', 'template', 'spec'], report);
      if ('activeDeadlineSeconds' in podSpec) {
        const at = ['spec', 'template', 'spec', 'activeDeadlineSeconds'];
        report(at, 'a deadline for pods that are made anew', `no deadline: Kubernetes refuses it in a ${kind}`);
      }
      if (podSpec.restartPolicy && podSpec.restartPolicy !== 'Always') {
        const at = ['spec', 'template', 'spec', 'restartPolicy'];
        report(
          at,
          `"${podSpec.restartPolicy}" for pods that are made anew`,
          `Always: Kubernetes refuses others in a ${kind}`,
        );
      }
      return [{ name, podSpec, replicas, workload: { kind, namespace, labels, selector } }];
    });
  }

  /** A pod's specification with its priority filled in, as the API server's admission does. */
  #podSpec(spec: PodSpec, path: Path, report: Report): PodSpec {
    checkResources(spec, path, report);
    checkProbes(spec, path, report);
    if (checkAffinity(spec, path, report) && !this.#nodes.some((node) => meetsRequirements(spec, node))) {
      this.#build.warnings.add(
        this.#build.places.markValue(spec, []) ?? this.#firstMark,
        [],
        'no node of the scenario has what these pods require: they stay pending',
      );
    }
    const { priorityClassName } = spec as { priorityClassName?: string };
    const classes = [...this.#priorityClasses, ...SYSTEM_CLASSES];
    const named = priorityClassName
      ? classes.find(({ name }) => name === priorityClassName)
      : classes.find((each) => each.globalDefault);
    if (priorityClassName && named === undefined) {
      const known = classes.map(({ name }) => name);
      report(
        [...path, 'priorityClassName'],
        `no PriorityClass is named ${quote(priorityClassName)}`,
        `one of ${known.join(', ')}`,
        () => nearest(priorityClassName, known),
      );
    }
    if (named === undefined) return spec;
    return { preemptionPolicy: named.preemptionPolicy, ...spec, priority: named.value };
  }

  #readPolicies({ object, report }: ReadDocument): void {
    const { name } = object.metadata;
    const namespace = namespaceOf(object);
    if (object.kind === 'PodDisruptionBudget') {
      const { selector, minAvailable, maxUnavailable } = object.spec as Omit<PodDisruptionBudget, 'name' | 'namespace'>;
      if ((minAvailable === undefined) === (maxUnavailable === undefined))
        report(
          ['spec'],
          `${minAvailable === undefined ? 'neither' : 'both'} minAvailable ${minAvailable === undefined ? 'nor' : 'and'} maxUnavailable`,
          'exactly one of them',
        );
      this.#disruptionBudgets.push({
        name,
        namespace,
        ...(selector === undefined ? {} : { selector }),
        ...(minAvailable === undefined ? {} : { minAvailable }),
        ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
      });
    } else if (object.kind === 'HorizontalPodAutoscaler') {
      const spec = object.spec as PublishedAutoscalerSpec;
      const mark = this.#build.places.markValue(object, ['spec', 'scaleTargetRef']);
      const warn = (found: string): void =>
        this.#build.warnings.add(this.#build.places.markValue(object, ['spec']), ['spec'], found);
      const { kind, name: targetName } = spec.scaleTargetRef;
      this.#autoscalers.push({ name, namespace, ...readAutoscaler(spec, report, warn), kind, targetName, mark });
    }
  }
}

const namespaceOf = ({ metadata }: PublishedObject): string => metadata.namespace ?? 'default';
