import type { Orchestration, PublishedProfile, Recording, SwmSettings, World } from '../../model/index.ts';
import { parseDuration, parseMeanIntervalNs, parseShare } from '../../model/index.ts';
import type { FileReader } from '../files.ts';
import type { ProblemList } from '../problem.ts';
import { scenarioSchema, type Scenario } from '../schema/index.ts';
import { fillDefaults, type Schema } from '../shape.ts';
import { isMap, type Path, type Places, type Source } from '../source.ts';
import type { Findings } from '../validation.ts';
import { Access } from './access.ts';
import { Apps } from './apps.ts';
import { Build } from './build.ts';
import { readCalibrated, type Calibrated } from './calibration.ts';
import { CodecoAppLibrary } from './codeco-apps.ts';
import { Datasets } from './datasets.ts';
import { readRegions } from './energy.ts';
import { demandExpectations } from './expectations.ts';
import { readFaults } from './faults.ts';
import { readFederation } from './federation.ts';
import { readImages } from './images.ts';
import { Infrastructure } from './infrastructure.ts';
import { readMaintenance } from './maintenance.ts';
import { readNodeAutoscaling } from './node-groups.ts';
import { readPolicies } from './policies.ts';
import { readMessages, readNetworkModel } from './network-model.ts';
import { RadioNodes } from './radio-nodes.ts';
import { warnOfImpossibleAffinity } from './pod-affinity.ts';
import { readSchedulerProfile } from './scheduler-profile.ts';
import { readLearning } from './learning.ts';
import { readMdm } from './mdm.ts';
import { readNetma } from './netma.ts';
import { readSwm } from './swm.ts';
import { Users } from './users.ts';
import { demandBoundedVolume, demandPlannableCalls } from './volume.ts';

export interface WorldParts {
  readonly places: Places;
  readonly problems: ProblemList;
  readonly warnings: ProblemList;
  readonly findings: Findings;
  readonly files: FileReader | undefined;
  /** The text that the scenario stands in. */
  readonly source: Source;
  /** CodecoApp documents beside the scenario, by the text they stand in. */
  readonly documents: ReadonlyMap<Source, readonly unknown[]>;
}

/**
 * The world of a scenario whose format has been checked and whose defaults are filled in. Goes on as far as it can
 * where the format is wrong, so that all problems are told at once.
 * @throws {InputError} if anything is wrong
 */
export function buildWorld(scenario: Scenario, parts: WorldParts): World {
  const build = new Build(scenario, parts);
  const { problems } = parts;
  const { spec } = scenario;
  if (!isMap(spec) || !isMap(spec.infrastructure)) {
    problems.throwIfAny();
    throw new Error('a scenario without infrastructure has passed the check of its format');
  }
  const durationNs = readOr(build, ['spec', 'duration'], spec.duration);
  const warmupNs = readOr(build, ['spec', 'warmup'], spec.warmup);
  if (durationNs !== undefined && warmupNs !== undefined && warmupNs >= durationNs) {
    build.problem(['spec', 'warmup'], 'not shorter than the duration', { expected: `less than ${spec.duration}` });
  }
  const infrastructure = new Infrastructure(build);
  const access = new Access(build, infrastructure);
  infrastructure.buildPlaces();
  access.build();
  infrastructure.buildLinks();
  access.buildUplinks();
  infrastructure.demandConnected();
  const datasets = new Datasets(build, infrastructure);
  datasets.build();
  const apps = new Apps(build, infrastructure, datasets, new CodecoAppLibrary(parts.documents, defaultBehaviour()));
  apps.build();
  const users = new Users(build, infrastructure, apps, access.accessPoints);
  users.place();
  users.checkNames();
  const radioNodes = new RadioNodes(build, infrastructure, access.accessPoints);
  radioNodes.place();
  demandPlannableCalls(build, apps);
  const regions = readRegions(build, infrastructure.clusters, infrastructure.clusterNames.complete);
  const networkModel = readNetworkModel(build);
  const messages = readMessages(build);
  const images = readImages(build, infrastructure, apps.services);
  const faults = readFaults(build, infrastructure, access.accessPoints);
  const maintenance = readMaintenance(build, infrastructure);
  const nodeAutoscaling = readNodeAutoscaling(build, infrastructure.nodeGroups);
  const policies = readPolicies(build, infrastructure, apps, datasets);
  demandExpectations(build);
  const schedulerProfile = readProfileOf(build);
  const swm = readSwm(build, apps);
  const netma = readNetma(build);
  const mdm = readMdm(build, swm);
  const federation = readFederation(
    build,
    infrastructure,
    apps,
    maintenance.length > 0 || nodeAutoscaling !== undefined,
  );
  const learning = readLearning(build);
  const calibrated = readCalibrated(build);
  const { access: written } = spec.infrastructure;
  if (Array.isArray(written) && written.length === 0) demandNoRequests(build);
  problems.throwIfAny();
  infrastructure.plane.project();
  users.settle();
  radioNodes.settle();
  problems.throwIfAny();
  if (access.accessPoints.length > 0) users.warnUncovered(access.coverage());
  const objects = apps.objects();
  warnOfImpossibleAffinity(build, apps.apps, apps.services);
  const world: World = {
    name: scenario.metadata.name,
    seed: spec.seed,
    durationNs: parseDuration(spec.duration),
    warmupNs: parseDuration(spec.warmup),
    vertices: infrastructure.vertices,
    media: infrastructure.media,
    links: infrastructure.links,
    ...(networkModel === undefined ? {} : { networkModel }),
    ...(messages === undefined ? {} : { messages }),
    clusters: infrastructure.clusters,
    nodes: infrastructure.nodes,
    ...(nodeAutoscaling === undefined ? {} : { nodeAutoscaling }),
    accessPoints: access.accessPoints,
    ...(images === undefined ? {} : { images: { ...images, ...calibrated!.images } }),
    ...(regions.length === 0 ? {} : { regions }),
    apps: apps.apps,
    services: apps.services,
    userGroups: users.groups,
    users: users.users,
    datasets: datasets.datasets,
    faults,
    ...(maintenance.length === 0 ? {} : { maintenance }),
    ...(policies.length === 0 ? {} : { policies }),
    orchestration: {
      ...readOrchestration(spec.orchestration, schedulerProfile, swm, calibrated!.times),
      ...(netma === undefined ? {} : { netma }),
      ...(mdm === undefined ? {} : { mdm }),
      ...(federation === undefined ? {} : { federation }),
      ...(learning === undefined ? {} : { learning }),
      ...(spec.orchestration.acm === undefined ? {} : { acm: true as const }),
    },
    recording: readRecording(spec.results),
    ...(objects === undefined ? {} : { objects }),
  };
  demandBoundedVolume(build, world);
  problems.throwIfAny();
  return world;
}

function readOr(build: Build, path: Path, text: string): number | undefined {
  return build.isBroken(...path) || text === undefined ? undefined : parseDuration(text);
}

function defaultBehaviour(): Scenario['spec']['apps'][number]['behaviour'][string] {
  const schema = scenarioSchema.properties.spec.properties.apps as unknown as Schema;
  const filled = {};
  fillDefaults(schema.items!.properties!['behaviour']!.additionalProperties as Schema, filled);
  return filled as Scenario['spec']['apps'][number]['behaviour'][string];
}

function demandNoRequests(build: Build): void {
  for (const [group, path] of build.readable(build.scenario.spec.users, 'spec', 'users')) {
    if (group.requests === undefined) continue;
    build.entryProblem([...path, 'requests'], 'requests, but no access point to send them through', {
      expected: 'access points in spec.infrastructure.access',
    });
  }
}

function readProfileOf(build: Build): PublishedProfile | undefined {
  const path = ['spec', 'orchestration', 'schedulerConfig'];
  if (build.isBroken(...path) || !isMap(build.scenario.spec.orchestration)) return undefined;
  const { schedulerConfig, scheduler } = build.scenario.spec.orchestration;
  if (schedulerConfig === undefined) return undefined;
  if (scheduler !== 'kube-scheduler') build.warn(path, `without effect on the scheduler ${scheduler}`);
  return readSchedulerProfile(build, schedulerConfig, path);
}

function readOrchestration(
  written: Scenario['spec']['orchestration'],
  schedulerProfile: PublishedProfile | undefined,
  swm: SwmSettings | undefined,
  calibrated: Calibrated['times'],
): Orchestration {
  return {
    scheduler: written.scheduler,
    ...(schedulerProfile === undefined ? {} : { schedulerProfile }),
    ...(swm === undefined ? {} : { swm }),
    ...calibrated,
    evictionTolerationNs: parseDuration(written.evictionToleration),
    nodeEviction: {
      perSecond: 1e9 / parseMeanIntervalNs(written.nodeEviction.rate),
      secondaryPerSecond: 1e9 / parseMeanIntervalNs(written.nodeEviction.secondaryRate),
      unhealthyShare: parseShare(written.nodeEviction.unhealthyZoneThreshold),
      largeZoneNodes: written.nodeEviction.largeClusterSize,
    },
  };
}

function readRecording(written: Scenario['spec']['results']): Recording {
  return {
    sampleIntervalNs: parseDuration(written.sampleInterval),
    requestSample: parseShare(written.requests.sample),
    verdicts: written.verdicts,
  };
}
