import {
  parseDuration,
  parseShare,
  type AccessPoint,
  type AccessPointId,
  type Duration,
  type Fault,
  type FaultEffect,
  type FaultTiming,
  type LinkId,
  type NodeId,
} from '../../model/index.ts';
import type { Scenario } from '../schema/index.ts';
import type { Path } from '../source.ts';
import { quote } from '../validation.ts';
import { Names, type Build } from './build.ts';
import { idsWhere, linksOutOf } from './cluster-border.ts';
import { meanDurationNs, readDuration, type WrittenDuration } from './durations.ts';
import { readFailureTrace, type NamesByKind } from './failure-trace.ts';
import type { Infrastructure } from './infrastructure.ts';
import { MOST_FAILURES } from './limits.ts';

type Written = Scenario['spec']['faults'][number];
type WrittenNodes = NonNullable<Written['crash']>;

const kinds = [
  'crash',
  'cut',
  'slow',
  'degrade',
  'accessPoint',
  'kubelet',
  'provider',
  'zone',
  'cluster',
  'trace',
] as const;
type Kind = (typeof kinds)[number];

/** What a fault hits: entities that may fail each for itself, or one thing that fails as a whole. */
interface Target {
  readonly name: string;
  readonly effects: readonly FaultEffect[];
}

/** The faults of a scenario: of its entries first, then of the nodes whose class says how often they fail. */
export function readFaults(
  build: Build,
  infrastructure: Infrastructure,
  accessPoints: readonly AccessPoint[],
): Fault[] {
  return new Faults(build, infrastructure, accessPoints).read();
}

class Faults {
  readonly #build: Build;
  readonly #infrastructure: Infrastructure;
  readonly #faults: Fault[] = [];
  readonly #taken = new Map<string, number>();
  readonly #providers = new Names<string>('provider');
  readonly #zones = new Names<string>('zone');
  readonly #accessPoints = new Names<AccessPointId>('access point');
  readonly #classes = new Names<string>('node class');
  #expected = 0;

  constructor(build: Build, infrastructure: Infrastructure, accessPoints: readonly AccessPoint[]) {
    this.#build = build;
    this.#infrastructure = infrastructure;
    const { clusters, nodes, nodeNames, clusterNames } = infrastructure;
    for (const { provider } of clusters) this.#providers.entries.set(provider, { entry: provider, path: [] });
    for (const node of nodes) {
      const zone = node.labels['topology.kubernetes.io/zone']!;
      this.#zones.entries.set(zone, { entry: zone, path: [] });
      this.#classes.entries.set(node.class, { entry: node.class, path: [] });
    }
    for (const [index, { name }] of accessPoints.entries()) {
      this.#accessPoints.entries.set(name, { entry: index as AccessPointId, path: [] });
    }
    this.#accessPoints.complete = infrastructure.placeNames.complete && nodeNames.complete;
    this.#providers.complete = clusterNames.complete;
    this.#zones.complete = this.#classes.complete = nodeNames.complete;
  }

  read(): Fault[] {
    const build = this.#build;
    const { spec } = build.scenario;
    const { crash, cut } = this.#names;
    for (const [fault, path] of build.readable(spec.faults, 'spec', 'faults')) this.#readEntry(fault, path);
    build.checkNames(spec.faults, ['spec', 'faults'], { ...this.#names, slow: crash, degrade: cut });
    this.#readClasses();
    if (this.#expected > MOST_FAILURES) {
      build.entryProblem(['spec', 'faults'], `about ${Math.round(this.#expected)} failures in all`, {
        expected: `at most ${MOST_FAILURES}`,
      });
    }
    return this.#faults;
  }

  /** What can fail, by the kind that needs no more than its name. */
  get #names(): NamesByKind {
    const { nodeNames, linkNames, clusterNames } = this.#infrastructure;
    return {
      crash: nodeNames,
      cut: linkNames,
      accessPoint: this.#accessPoints,
      kubelet: nodeNames,
      provider: this.#providers,
      zone: this.#zones,
      cluster: clusterNames,
    };
  }

  #readEntry(fault: Written, path: Path): void {
    const build = this.#build;
    const stated = kinds.filter((kind) => fault[kind] !== undefined);
    if (stated.length !== 1) {
      const found =
        stated.length === 0
          ? `none of ${kinds.map((kind) => `"${kind}"`).join(', ')}`
          : `both "${stated[0]}" and "${stated[1]}"`;
      build.entryProblem(path, found, { expected: 'exactly one of them, such as crash: NODE or cut: LINK' });
      return;
    }
    const kind = stated[0]!;
    this.#demandFields(fault, kind, path);
    if (kind === 'trace') {
      for (const { kind: what, target, timing } of readFailureTrace(build, this.#names, fault.trace!, [
        ...path,
        kind,
      ])) {
        const effects = this.#targetsOf({ [what]: target }, what, path).flatMap((one) => one.effects);
        this.#faults.push({ name: this.#nameFor(`trace/${what}/${target}`), timing, effects });
      }
      return;
    }
    const targets = this.#targetsOf(fault, kind, path);
    const timing = this.#timingOf(fault, path);
    if (timing === undefined || targets.length === 0) return;
    this.#add(fault, kind, targets, timing, path);
  }

  #add(fault: Written, kind: Kind, targets: readonly Target[], timing: FaultTiming, path: Path): void {
    const probability = fault.shared === undefined ? undefined : parseShare(fault.shared);
    const { flapping } = fault;
    const rest = {
      timing,
      ...(probability === undefined || probability === 1 ? {} : { probability }),
      ...(flapping === undefined
        ? {}
        : { flapping: { upNs: parseDuration(flapping.up), downNs: parseDuration(flapping.down) } }),
    };
    const together = 'atNs' in timing || fault.shared !== undefined;
    if (together) {
      const name = targets.length === 1 && fault.shared === undefined ? targets[0]!.name : `shared/${kind}`;
      this.#faults.push({ name: this.#nameFor(name), effects: targets.flatMap(({ effects }) => effects), ...rest });
    } else {
      for (const { name, effects } of targets) this.#faults.push({ name: this.#nameFor(name), effects, ...rest });
    }
    this.#count(together ? 1 : targets.length, timing);
    if (flapping === undefined) return;
    const cycleNs = parseDuration(flapping.up) + parseDuration(flapping.down);
    const flaps = this.#durationNs / cycleNs;
    if (flaps > MOST_FAILURES) {
      this.#build.problem([...path, 'flapping'], `it may come and go ${Math.round(flaps)} times`, {
        expected: `at most ${MOST_FAILURES} times`,
      });
    }
  }

  /** Fields that have no meaning beside others. */
  #demandFields(fault: Written, kind: Kind, path: Path): void {
    const build = this.#build;
    const refuse = (field: keyof Written, beside: string, expected: string): void =>
      build.problem([...path, field], `"${field}" beside "${beside}"`, { expected });
    if (kind === 'slow' && fault.speed === undefined) {
      build.entryProblem(path, '"speed" is missing', { expected: 'the share of the speed that is left, such as 30%' });
    }
    if (kind === 'slow' && fault.speed !== undefined && parseShare(fault.speed) === 1) {
      build.warn([...path, 'speed'], 'without effect: all of the speed is left');
    }
    if (
      kind === 'degrade' &&
      fault.bandwidth === undefined &&
      fault.latency === undefined &&
      fault.loss === undefined
    ) {
      build.entryProblem(path, '"bandwidth", "latency" and "loss" are missing', {
        expected: 'what is left, such as bandwidth: 20%',
      });
    }
    for (const field of ['bandwidth', 'latency', 'loss'] as const) {
      if (kind !== 'degrade' && fault[field] !== undefined) refuse(field, kind, 'degrade: LINK');
    }
    if (kind !== 'slow' && fault.speed !== undefined) refuse('speed', kind, 'slow: NODE');
    if (kind !== 'trace') return;
    for (const field of ['at', 'for', 'mtbf', 'mttr', 'shared', 'flapping'] as const) {
      if (fault[field] !== undefined) refuse(field, 'trace', 'the times of the table alone');
    }
  }

  #timingOf(fault: Written, path: Path): FaultTiming | undefined {
    const build = this.#build;
    const { at, mtbf, mttr } = fault;
    if ((at === undefined) === (mtbf === undefined)) {
      const found = at === undefined ? 'neither "at" nor "mtbf"' : 'both "at" and "mtbf"';
      build.entryProblem(path, found, { expected: 'one of them: at: TIME, or mtbf and mttr' });
      return undefined;
    }
    if (at !== undefined) {
      if (mttr !== undefined) {
        build.problem([...path, 'mttr'], '"mttr" beside "at"', { expected: 'for: DURATION' });
        return undefined;
      }
      const atNs = parseDuration(at);
      if (!build.isBroken('spec', 'duration') && atNs >= this.#durationNs) {
        build.warn([...path, 'at'], 'it happens after the end of the simulation');
      }
      return { atNs, ...(fault.for === undefined ? {} : { durationNs: parseDuration(fault.for) }) };
    }
    if (fault.for !== undefined) {
      build.problem([...path, 'for'], '"for" beside "mtbf"', { expected: 'mttr: DURATION' });
      return undefined;
    }
    return this.#drawnTiming(mtbf!, mttr, path);
  }

  #drawnTiming(mtbf: WrittenDuration, mttr: WrittenDuration | undefined, path: Path): FaultTiming | undefined {
    if (mttr === undefined) {
      this.#build.entryProblem(path, '"mtbf" without "mttr"', { expected: 'how long a failure lasts, such as 15m' });
      return undefined;
    }
    const upFor = this.#drawn(mtbf, [...path, 'mtbf']);
    const downFor = this.#drawn(mttr, [...path, 'mttr']);
    return upFor === undefined || downFor === undefined ? undefined : { upFor, downFor };
  }

  /** A plain duration is the mean of an exponential distribution. */
  #drawn(written: WrittenDuration, path: Path): Duration | undefined {
    const duration: Duration =
      typeof written === 'string'
        ? { distribution: 'exponential', meanNs: parseDuration(written) }
        : readDuration(this.#build, written, path);
    if (meanDurationNs(duration) > 0) return duration;
    this.#build.problem(path, 'a mean of zero', { expected: 'a positive duration such as 20d' });
    return undefined;
  }

  #targetsOf(fault: Written, kind: Exclude<Kind, 'trace'>, path: Path): Target[] {
    const build = this.#build;
    const { clusters, nodes, links, linkNames, clusterNames } = this.#infrastructure;
    const crash = (node: NodeId): FaultEffect => ({ kind: 'crash', node, target: nodes[node]!.name });
    const nodeTarget = (node: NodeId, effect: FaultEffect): Target => ({
      name: kind === 'crash' ? `node/${nodes[node]!.name}` : `node/${nodes[node]!.name}/${kind}`,
      effects: [effect],
    });
    switch (kind) {
      case 'crash':
        return this.#nodesOf(fault.crash!, [...path, kind]).map((node) => nodeTarget(node, crash(node)));
      case 'kubelet':
        return this.#nodesOf(fault.kubelet!, [...path, kind]).map((node) =>
          nodeTarget(node, { kind, node, target: nodes[node]!.name }),
        );
      case 'slow': {
        const speedShare = fault.speed === undefined ? 1 : parseShare(fault.speed);
        return this.#nodesOf(fault.slow!, [...path, kind]).map((node) =>
          nodeTarget(node, { kind, node, speedShare, target: nodes[node]!.name }),
        );
      }
      case 'cut': {
        return listed(fault.cut!, [...path, kind]).flatMap(([name, at]) => {
          const link = build.resolve(linkNames, name, at);
          return link === undefined ? [] : [{ name: `link/${name}`, effects: [{ kind, link, target: name } as const] }];
        });
      }
      case 'degrade': {
        const quality = {
          bandwidthShare: fault.bandwidth === undefined ? 1 : parseShare(fault.bandwidth),
          addedLatencyNs: parseDuration(fault.latency ?? '0s'),
          ...(fault.loss === undefined ? {} : { loss: parseShare(fault.loss) }),
        };
        return listed(fault.degrade!, [...path, kind]).flatMap(([name, at]) => {
          const link = build.resolve(linkNames, name, at);
          if (link === undefined) return [];
          if (fault.bandwidth !== undefined) this.#demandOwnMedium(link, name, at);
          return [{ name: `link/${name}/${kind}`, effects: [{ kind, link, target: name, ...quality } as const] }];
        });
      }
      case 'accessPoint':
        return listed(fault.accessPoint!, [...path, kind]).flatMap(([name, at]) => {
          const accessPoint = build.resolve(this.#accessPoints, name, at);
          if (accessPoint === undefined) return [];
          return [
            { name: `access-point/${name}`, effects: [{ kind: 'access-point', accessPoint, target: name } as const] },
          ];
        });
      case 'cluster': {
        const cluster = build.resolve(clusterNames, fault.cluster!, [...path, kind]);
        if (cluster === undefined) return [];
        const cut = linksOutOf(this.#infrastructure, cluster);
        if (cut.length === 0) build.warn([...path, kind], 'no link leads out of it');
        return [
          {
            name: `cluster/${fault.cluster}`,
            effects: cut.map((link) => ({ kind: 'cut', link, target: links[link]!.name })),
          },
        ];
      }
      case 'provider': {
        const provider = build.resolve(this.#providers, fault.provider!, [...path, kind]);
        const of: NodeId[] = idsWhere(nodes, (node) => clusters[node.cluster]!.provider === provider);
        return provider === undefined ? [] : [{ name: `provider/${provider}`, effects: of.map(crash) }];
      }
      case 'zone': {
        const zone = build.resolve(this.#zones, fault.zone!, [...path, kind]);
        const of: NodeId[] = idsWhere(nodes, ({ labels }) => labels['topology.kubernetes.io/zone'] === zone);
        return zone === undefined ? [] : [{ name: `zone/${zone}`, effects: of.map(crash) }];
      }
    }
  }

  #nodesOf(written: WrittenNodes, path: Path): readonly NodeId[] {
    const build = this.#build;
    const { nodes, nodeNames, clusterNames } = this.#infrastructure;
    if (typeof written === 'string') {
      const node = build.resolve(nodeNames, written, path);
      return node === undefined ? [] : [node];
    }
    if (isList(written)) {
      const ids = written.map((name, index) => build.resolve(nodeNames, name, [...path, index]));
      return [...new Set(ids.filter((id) => id !== undefined))];
    }
    const { class: nodeClass, cluster, labels = {} } = written;
    const clusterId = cluster === undefined ? undefined : build.resolve(clusterNames, cluster, [...path, 'cluster']);
    const known = nodeClass === undefined || build.resolve(this.#classes, nodeClass, [...path, 'class']) !== undefined;
    if (!known || (cluster !== undefined && clusterId === undefined)) return [];
    const selected: NodeId[] = idsWhere(
      nodes,
      (node) =>
        (nodeClass === undefined || node.class === nodeClass) &&
        (clusterId === undefined || node.cluster === clusterId) &&
        Object.entries(labels).every(([key, value]) => node.labels[key] === value),
    );
    if (selected.length === 0 && nodeNames.complete) {
      const found = Object.entries(written).length === 0 ? 'the scenario has no node' : 'it selects no node';
      build.problem(path, found, { expected: 'class, cluster and labels that some node has' });
    }
    return selected;
  }

  /** Of a medium that other links draw on too, one link cannot lose its share. */
  #demandOwnMedium(link: LinkId, name: string, path: Path): void {
    const { links } = this.#infrastructure;
    const { forwardMedium } = links[link] ?? { forwardMedium: -1 };
    const others = links.filter(
      (other) => other.forwardMedium === forwardMedium || other.backwardMedium === forwardMedium,
    );
    if (others.length <= 1) return;
    const found = `${quote(name)} shares its medium with ${others.length - 1} other links`;
    this.#build.problem(path, found, { expected: 'a link with a bandwidth of its own, or latency alone' });
  }

  /** `mtbf` and `mttr` of node classes: each node fails for itself. */
  #readClasses(): void {
    const build = this.#build;
    const { nodeClasses } = build.scenario.spec.infrastructure;
    const timings = new Map<string, FaultTiming>();
    for (const name of this.#classes.entries.keys()) {
      const path = ['spec', 'infrastructure', 'nodeClasses', name];
      const nodeClass = Object.hasOwn(nodeClasses ?? {}, name) ? nodeClasses[name] : undefined;
      if (nodeClass === undefined || build.isBroken(...path)) continue;
      const { mtbf, mttr } = nodeClass;
      if (mtbf === undefined) {
        if (mttr !== undefined) build.entryProblem([...path, 'mttr'], '"mttr" without "mtbf"', { expected: 'both' });
        continue;
      }
      const timing = this.#drawnTiming(mtbf, mttr, path);
      if (timing !== undefined) timings.set(name, timing);
    }
    for (const [index, { name, class: nodeClass }] of this.#infrastructure.nodes.entries()) {
      const timing = timings.get(nodeClass);
      if (timing === undefined) continue;
      const effects = [{ kind: 'crash', node: index as NodeId, target: name }] as const;
      this.#faults.push({ name: this.#nameFor(`node/${name}`), timing, effects });
      this.#count(1, timing);
    }
  }

  /** A name of its own for each fault, whose streams are named after it; the order of faults of one target counts. */
  #nameFor(base: string): string {
    const number = (this.#taken.get(base) ?? 0) + 1;
    this.#taken.set(base, number);
    return number === 1 ? base : `${base}/${number}`;
  }

  get #durationNs(): number {
    return this.#build.isBroken('spec', 'duration') ? 0 : parseDuration(this.#build.scenario.spec.duration);
  }

  #count(processes: number, timing: FaultTiming): void {
    if ('upFor' in timing) {
      this.#expected +=
        (processes * this.#durationNs) / (meanDurationNs(timing.upFor) + meanDurationNs(timing.downFor));
    }
  }
}

/** One name or several, each with its place. */
function listed(written: string | readonly string[], path: Path): (readonly [string, Path])[] {
  if (typeof written === 'string') return [[written, path]];
  return written.map((name, index) => [name, [...path, index]] as const);
}

function isList(written: Exclude<WrittenNodes, string>): written is readonly string[] {
  return Array.isArray(written);
}
