import {
  decidingPlugins,
  decidingPoints,
  schedulerConfigurationSchema,
  type DecidingPoint,
  type NodeAffinity,
  type PublishedProfile,
  type SchedulerConfiguration,
} from '../../model/index.ts';
import { formatPath, isMap, type Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import { readOneDocument } from './one-document.ts';

type Report = (path: Path, found: string, expected: string) => void;

/** Fields that change decisions here, beside the points of a profile. preFilter and preScore follow filter and score. */
const EFFECTIVE = new Set(['apiVersion', 'kind', 'percentageOfNodesToScore', 'profiles', 'extenders']);
const FOLLOWING_POINTS = ['multiPoint', 'preFilter', 'preScore'];

/**
 * Reads the first profile of a KubeSchedulerConfiguration, in a file that a field of the scenario refers to. What has no
 * effect is told in one warning.
 * @returns undefined, with the problems reported, if there is none or it is wrong
 */
export function readSchedulerProfile(build: Build, reference: string, path: Path): PublishedProfile | undefined {
  const document = readOneDocument(build, reference, path, {
    kind: 'KubeSchedulerConfiguration',
    schema: schedulerConfigurationSchema,
    expected: 'one document of kind KubeSchedulerConfiguration',
  });
  if (document === undefined) return undefined;
  const before = build.problems.length;
  const configuration = document as SchedulerConfiguration;
  const report: Report = (at, found, expected) =>
    build.problems.add(build.places.markValue(configuration, at), at, found, { expected });
  const profile = configuration.profiles?.[0] ?? {};
  checkPlugins(profile, report);
  checkArguments(profile, report);
  checkExtenders(configuration, report);
  const idle = withoutEffect(configuration);
  if (idle.length > 0) {
    const mark = build.places.markValue(configuration, ['kind']);
    build.warnings.add(mark, [], `without effect here: ${idle.join(', ')}`);
  }
  if (build.problems.length > before) return undefined;
  const { percentageOfNodesToScore, extenders } = configuration;
  return {
    ...(percentageOfNodesToScore === undefined ? {} : { percentageOfNodesToScore }),
    ...profile,
    ...(extenders === undefined || extenders.length === 0 ? {} : { extenders }),
  };
}

function checkPlugins({ plugins = {} }: PublishedProfile, report: Report): void {
  for (const [point, set] of Object.entries(plugins)) {
    const seen = new Set<string>();
    for (const [index, { name }] of (set.enabled ?? []).entries()) {
      const at = ['profiles', 0, 'plugins', point, 'enabled', index, 'name'];
      if (seen.has(name)) report(at, `${name} is enabled twice`, 'each plugin once');
      seen.add(name);
      if (!isDecidingPoint(point) || !isDecidingPlugin(name)) continue;
      const { points } = decidingPlugins[name];
      if ((points as readonly string[]).includes(point)) continue;
      report(at, `${name} does not extend ${point}`, `a plugin with a ${point}: ${pluginsAt(point).join(', ')}`);
    }
  }
}

function checkArguments({ pluginConfig = [] }: PublishedProfile, report: Report): void {
  const seen = new Set<string>();
  for (const [index, { name, ...config }] of pluginConfig.entries()) {
    const at = ['profiles', 0, 'pluginConfig', index];
    if (seen.has(name)) report([...at, 'name'], `${name} is set twice`, 'each plugin once');
    seen.add(name);
    const args: Record<string, unknown> = config.args ?? {};
    if (name === 'PodTopologySpread' && args['defaultingType'] !== 'List') {
      const constraints = args['defaultConstraints'];
      if (Array.isArray(constraints) && constraints.length > 0)
        report([...at, 'args', 'defaultConstraints'], 'constraints that do not hold', 'none, or defaultingType: List');
    }
    if (name === 'NodeAffinity' && isMap(args['addedAffinity']))
      checkFields(args['addedAffinity'] as NodeAffinity, [...at, 'args', 'addedAffinity'], report);
    if (name === 'NodeResourcesFit' && isMap(args['scoringStrategy']))
      checkStrategy(args['scoringStrategy'], at, report);
  }
}

/** Nodes have one field that can be matched: their name. */
function checkFields(affinity: NodeAffinity, path: Path, report: Report): void {
  const required = affinity.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const terms = [
    ...required.map(
      (term, i) => [term, ['requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms', i]] as const,
    ),
    ...preferred.map(
      ({ preference }, i) =>
        [preference, ['preferredDuringSchedulingIgnoredDuringExecution', i, 'preference']] as const,
    ),
  ];
  for (const [term, place] of terms) {
    for (const [index, { key, operator, values = [] }] of (term.matchFields ?? []).entries()) {
      const isName = key === 'metadata.name' && (operator === 'In' || operator === 'NotIn') && values.length === 1;
      const at = [...path, ...place, 'matchFields', index];
      if (!isName)
        report(at, `${quote(key)} ${operator} of ${values.length} values`, 'metadata.name In or NotIn of one value');
    }
  }
}

function checkStrategy(strategy: Record<string, unknown>, path: Path, report: Report): void {
  const at = [...path, 'args', 'scoringStrategy'];
  if (strategy['type'] !== 'RequestedToCapacityRatio') return;
  const ratio = strategy['requestedToCapacityRatio'] as { shape: readonly { utilization: number }[] } | undefined;
  if (ratio === undefined) {
    report([...at, 'type'], 'no shape for it', 'requestedToCapacityRatio: { shape: [{ utilization, score }, ...] }');
    return;
  }
  for (const [index, { utilization }] of ratio.shape.entries()) {
    if (index === 0 || utilization > ratio.shape[index - 1]!.utilization) continue;
    const point = [...at, 'requestedToCapacityRatio', 'shape', index, 'utilization'];
    report(point, `${utilization}, which does not ascend`, `more than ${ratio.shape[index - 1]!.utilization}`);
  }
}

/** Source: pkg/scheduler/apis/config/validation/validation.go `validateExtenders`. */
function checkExtenders({ extenders = [] }: SchedulerConfiguration, report: Report): void {
  let binder: number | undefined;
  for (const [index, { prioritizeVerb = '', bindVerb = '', weight = 0 }] of extenders.entries()) {
    if (prioritizeVerb !== '' && weight === 0) {
      report(['extenders', index, 'prioritizeVerb'], 'scores without a weight', 'weight: a whole number of at least 1');
    }
    if (bindVerb === '') continue;
    if (binder !== undefined) {
      report(['extenders', index, 'bindVerb'], 'a second one that binds', `one only: extenders[${binder}] binds`);
    }
    binder ??= index;
  }
}

/** What is set and changes nothing, as paths. */
function withoutEffect(configuration: SchedulerConfiguration): string[] {
  const idle = Object.keys(configuration).filter((field) => !EFFECTIVE.has(field));
  for (const [index, extender] of (configuration.extenders ?? []).entries()) {
    if (extender.enableHTTPS !== undefined) idle.push(formatPath(['extenders', index, 'enableHTTPS']));
  }
  for (const [index, profile] of (configuration.profiles ?? []).entries()) {
    const path = ['profiles', index];
    if (index > 0) {
      idle.push(formatPath(path));
      continue;
    }
    for (const [point, set] of Object.entries(profile.plugins ?? {})) {
      if (!isDecidingPoint(point) && !FOLLOWING_POINTS.includes(point)) {
        idle.push(formatPath([...path, 'plugins', point]));
        continue;
      }
      for (const list of ['enabled', 'disabled'] as const) {
        for (const [at, { name }] of (set[list] ?? []).entries()) {
          if (name !== '*' && !isDecidingPlugin(name))
            idle.push(`${formatPath([...path, 'plugins', point, list, at])} (${name})`);
        }
      }
    }
    for (const [at, { name, args = {} }] of (profile.pluginConfig ?? []).entries()) {
      const fields = Object.keys(args).filter((field) => field !== 'apiVersion' && field !== 'kind');
      const read = effectiveArguments[name] ?? [];
      for (const field of fields)
        if (!read.includes(field)) idle.push(formatPath([...path, 'pluginConfig', at, 'args', field]));
    }
  }
  return idle;
}

const effectiveArguments: Readonly<Record<string, readonly string[]>> = {
  NodeResourcesFit: ['scoringStrategy', 'ignoredResources', 'ignoredResourceGroups'],
  InterPodAffinity: ['hardPodAffinityWeight', 'ignorePreferredTermsOfExistingPods'],
  PodTopologySpread: ['defaultConstraints', 'defaultingType'],
  NodeAffinity: ['addedAffinity'],
  NodeResourcesBalancedAllocation: ['resources'],
};

const isDecidingPoint = (point: string): point is DecidingPoint =>
  (decidingPoints as readonly string[]).includes(point);
const isDecidingPlugin = (name: string): name is keyof typeof decidingPlugins => Object.hasOwn(decidingPlugins, name);
const pluginsAt = (point: DecidingPoint): string[] =>
  Object.entries(decidingPlugins)
    .filter(([, { points }]) => (points as readonly string[]).includes(point))
    .map(([name]) => name);
