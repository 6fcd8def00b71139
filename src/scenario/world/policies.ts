import {
  parseCarbonIntensity,
  parseDuration,
  parseEnergy,
  parseMass,
  parsePricePerHour,
  parseShare,
  type AppId,
  type ClusterId,
  type DatasetId,
  type Policy,
  type PolicyRules,
  type PolicyVersion,
  type ServiceId,
} from '../../model/index.ts';
import type { Nanoseconds } from '../../kernel/index.ts';
import type { Scenario } from '../schema/index.ts';
import type { Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Apps } from './apps.ts';
import { Names, type Build } from './build.ts';
import { appTolerance, classMode, toleranceOf } from './classes.ts';
import type { Datasets } from './datasets.ts';
import type { Infrastructure } from './infrastructure.ts';

type Written = NonNullable<Scenario['spec']['policies']>[number];
type WrittenVersion = Written['versions'][number];
type WrittenResidency = NonNullable<WrittenVersion['residency']>;

/** The time between two scrapes of what applications spend. */
const SHORTEST_WINDOW_NS = 30e9;

/** Least share of what is asked of nodes that they have to keep to, by complianceClass. Own design. */
const LEAST_COMPLIANCE: Readonly<Record<string, number>> = { High: 1, Medium: 0.5 };

/** The policies of a scenario, and behind them those that the classes of its CodecoApps are. */
export function readPolicies(
  build: Build,
  infrastructure: Infrastructure,
  apps: Apps,
  datasets: Datasets,
): readonly Policy[] {
  const reader = new PolicyReader(build, infrastructure, apps, datasets);
  const names = new Names<true>('policy');
  const policies: Policy[] = [];
  for (const [policy, path] of build.readable(build.scenario.spec.policies, 'spec', 'policies')) {
    build.declare(names, policy.name, true, [...path, 'name']);
    policies.push(reader.read(policy, path));
  }
  return [...policies, ...apps.read.flatMap((read) => classPolicies(build, read))];
}

/** What the classes of a CodecoApp come to as policies for it alone, from the start. Own design. */
function classPolicies(build: Build, { id, name, loaded }: Apps['read'][number]): Policy[] {
  const mode = classMode(build);
  if (mode === 'ignore') return [];
  const { securityClass, complianceClass = '', appEnergyLimit = '' } = loaded.app.spec;
  const compliance = LEAST_COMPLIANCE[complianceClass] ?? 0;
  const failureTolerance = appTolerance(loaded);
  const rules: Record<string, PolicyRules> = {
    ...(securityClass === undefined || securityClass === '' ? {} : { securityClass: { security: securityClass } }),
    ...(compliance === 0 ? {} : { complianceClass: { compliance } }),
    ...(appEnergyLimit === ''
      ? {}
      : { appEnergyLimit: { energyShare: Number(appEnergyLimit.replace('%', '')) / 100 } }),
    ...(failureTolerance === 0 ? {} : { appFailureTolerance: { failureTolerance } }),
  };
  return Object.entries(rules).map(([field, of]) => ({
    name: `${name}/${field}`,
    apps: [id],
    versions: [{ atNs: 0 as Nanoseconds, mode, rules: of }],
  }));
}

class PolicyReader {
  readonly #build: Build;
  readonly #infrastructure: Infrastructure;
  readonly #apps: Apps;
  readonly #datasets: Datasets;
  readonly #providers = new Names<string>('provider');

  constructor(build: Build, infrastructure: Infrastructure, apps: Apps, datasets: Datasets) {
    this.#build = build;
    this.#infrastructure = infrastructure;
    this.#apps = apps;
    this.#datasets = datasets;
    this.#providers.complete = infrastructure.clusterNames.complete;
    for (const { provider } of infrastructure.clusters)
      this.#providers.entries.set(provider, { entry: provider, path: [] });
  }

  read(policy: Written, path: Path): Policy {
    const build = this.#build;
    const apps = this.#scopeOf(policy, path);
    const versions: PolicyVersion[] = [];
    for (const [version, at] of build.readable(policy.versions, ...path, 'versions')) {
      const atNs = parseDuration(version.at);
      const before = versions.at(-1);
      if (before !== undefined && atNs <= before.atNs) {
        build.problem([...at, 'at'], 'not later than the version before it', {
          expected: 'versions in the order of their publication',
        });
      }
      const { duration } = build.scenario.spec;
      if (!build.isBroken('spec', 'duration') && atNs >= parseDuration(duration))
        build.warn([...at, 'at'], 'it is published after the end of the simulation');
      versions.push({ atNs, mode: version.mode, rules: this.#rulesOf(version, apps, at) });
    }
    return { name: policy.name, apps, versions };
  }

  #scopeOf({ apps: written, labels }: Written, path: Path): AppId[] {
    const build = this.#build;
    const all = this.#apps.apps.map((_, id) => id as AppId);
    if (written !== undefined && labels !== undefined)
      build.problem([...path, 'labels'], '"labels" beside "apps"', { expected: 'one of the two' });
    if (written !== undefined) {
      const ids = written.map((app, index) => build.resolve(this.#apps.appNames, app, [...path, 'apps', index]));
      return [...new Set(ids.filter((id) => id !== undefined))];
    }
    if (labels === undefined) return all;
    const chosen = all.filter((id) => {
      const { source } = this.#apps.apps[id]!;
      const own = source.kind === 'CodecoApp' ? (source.metadata.labels ?? {}) : {};
      return Object.entries(labels).every(([key, value]) => own[key] === value);
    });
    if (chosen.length === 0 && this.#apps.appNames.complete)
      build.warn([...path, 'labels'], 'without effect: no CodecoApp has these labels');
    return chosen;
  }

  #rulesOf(written: WrittenVersion, apps: readonly AppId[], path: Path): PolicyRules {
    const build = this.#build;
    const { providers, security, residency, price, carbonIntensity, failureTolerance } = written;
    const { energyBudget, carbonBudget, energyShare } = written;
    for (const [index, provider] of (providers ?? []).entries())
      build.resolve(this.#providers, provider, [...path, 'providers', index]);
    const resides = residency === undefined ? undefined : this.#residencyOf(residency, apps, [...path, 'residency']);
    const tolerance = failureTolerance === undefined ? 0 : this.#toleranceOf(failureTolerance, path);
    return {
      ...(providers === undefined ? {} : { providers }),
      ...(security === undefined ? {} : { security }),
      ...(resides === undefined ? {} : { residency: resides }),
      ...(price === undefined ? {} : { pricePerCoreHour: parsePricePerHour(price) }),
      ...(carbonIntensity === undefined ? {} : { carbonGPerKwh: parseCarbonIntensity(carbonIntensity) }),
      ...(energyBudget === undefined
        ? {}
        : {
            energyBudget: {
              energyJ: parseEnergy(energyBudget.energy),
              windowNs: this.#windowOf(energyBudget.per, [...path, 'energyBudget', 'per']),
            },
          }),
      ...(carbonBudget === undefined
        ? {}
        : {
            carbonBudget: {
              carbonG: parseMass(carbonBudget.carbon),
              windowNs: this.#windowOf(carbonBudget.per, [...path, 'carbonBudget', 'per']),
            },
          }),
      ...(energyShare === undefined ? {} : { energyShare: parseShare(energyShare) }),
      ...(tolerance === 0 ? {} : { failureTolerance: tolerance }),
    };
  }

  #windowOf(written: string, path: Path): Nanoseconds {
    const windowNs = parseDuration(written);
    if (windowNs < SHORTEST_WINDOW_NS)
      this.#build.problem(path, 'a window in which nothing is known of what is spent', {
        expected: 'at least 30s, the time between two scrapes',
      });
    return windowNs;
  }

  #toleranceOf(written: string | number, path: Path): number {
    const tolerance =
      written === 'High' || written === 'Medium' || written === 'Low' ? toleranceOf(written) : parseShare(written);
    if (tolerance < 1) return tolerance;
    this.#build.problem([...path, 'failureTolerance'], 'all pods may be lost, and as many be left as there are to be', {
      expected: 'a share below 100 %',
    });
    return 0;
  }

  #residencyOf(
    { datasets, owner, complianceClass, clusters }: WrittenResidency,
    apps: readonly AppId[],
    path: Path,
  ): PolicyRules['residency'] {
    const build = this.#build;
    if (datasets === undefined && owner === undefined && complianceClass === undefined) {
      build.entryProblem(path, 'it does not say which data', { expected: 'datasets, owner or complianceClass' });
      return undefined;
    }
    const named = datasets?.map((name, index) =>
      build.resolve(this.#datasets.names, name, [...path, 'datasets', index]),
    );
    const allowed =
      complianceClass === undefined
        ? undefined
        : build.resolve(this.#datasets.classes, complianceClass, [...path, 'complianceClass']);
    if (clusters === undefined && complianceClass === undefined)
      build.entryProblem(path, '"clusters" is missing', {
        expected: 'the clusters where services that use it may run',
      });
    const ids =
      clusters === undefined
        ? [...(allowed ?? [])]
        : clusters.map((cluster, index) =>
            build.resolve(this.#infrastructure.clusterNames, cluster, [...path, 'clusters', index]),
          );
    const owners = this.#datasets.datasets.map((dataset) => dataset.owner);
    if (owner !== undefined && this.#datasets.names.complete && !owners.includes(owner))
      build.problem([...path, 'owner'], `no dataset is owned by ${quote(owner)}`, {
        expected: 'the owner of a dataset',
      });
    const isMeant = (id: DatasetId): boolean => {
      const dataset = this.#datasets.datasets[id];
      return (
        (named === undefined || named.includes(id)) &&
        (owner === undefined || dataset?.owner === owner) &&
        (complianceClass === undefined || dataset?.complianceClass === complianceClass)
      );
    };
    const services = this.#apps.services.flatMap(({ app, behaviour }, service) =>
      apps.includes(app) && behaviour.data?.some(({ dataset }) => isMeant(dataset)) === true
        ? [service as ServiceId]
        : [],
    );
    if (services.length === 0 && this.#apps.appNames.complete && this.#datasets.names.complete)
      build.warn(path, 'without effect: no service of its applications reads or writes such data');
    return { services, clusters: ids.filter((id): id is ClusterId => id !== undefined) };
  }
}
