import type { Intervention, ServiceId, World } from '../model/index.ts';
import { parseDuration } from '../model/index.ts';
import type { Assignment } from './overrides.ts';
import type { ProblemList } from './problem.ts';
import type { Scenario } from './schema/index.ts';
import { isMap, type Place, type Places } from './source.ts';
import { quote } from './validation.ts';

/** Paths of what can change in the middle of a run. */
const CHANGEABLE = [
  /^orchestration\.(scheduler|schedulerConfig|nodeMonitorGracePeriod|evictionToleration)$/,
  /^apps\[\d+\]\.behaviour(\.[\w*-]+|\["[^"]*"\])\.replicas$/,
];

interface WrittenIntervention {
  readonly at: string;
  readonly assignments: readonly Assignment[];
}

/** What reading interventions has at hand. */
export interface InterventionParts {
  readonly places: Places;
  readonly problems: ProblemList;
  readonly warnings: ProblemList;
  /** Where the values stand of a scenario that is no text. */
  readonly elsewhere: Place;
  /** The world of the scenario without interventions, with values put in. */
  readonly build: (assignments: readonly Assignment[]) => World;
}

/** A copy of a scenario, nothing filled in, without its interventions; undefined if it has none. */
export function writtenWithout(scenario: Record<string, unknown>, places: Places): Record<string, unknown> | undefined {
  const { spec } = scenario;
  if (!isMap(spec) || !Array.isArray(spec['interventions']) || spec['interventions'].length === 0) return undefined;
  const copy = places.copy(scenario);
  (copy['spec'] as Record<string, unknown>)['interventions'] = [];
  return copy;
}

/**
 * The world with its interventions: each is the difference between the worlds of the scenario before and after it.
 * @throws {InputError} if one changes what does not change in the middle of a run, or sets what cannot be
 */
export function withInterventions(world: World, scenario: Scenario, parts: InterventionParts): World {
  const entries = readEntries(scenario, parts);
  parts.problems.throwIfAny();
  const assigned: Assignment[] = [];
  let before = world;
  const interventions = entries.map((entry) => {
    assigned.push(...entry.assignments);
    const after = parts.build(assigned);
    demandNoChangeOfSwm([before, after], entry, parts.problems);
    const intervention = difference(before, after, entry);
    before = after;
    return intervention;
  });
  parts.problems.throwIfAny();
  return { ...world, interventions };
}

/** In the order of their times; what cannot change in the middle of a run is a problem. */
function readEntries(
  scenario: Scenario,
  { places, problems, warnings, elsewhere }: InterventionParts,
): WrittenIntervention[] {
  const durationNs = parseDuration(scenario.spec.duration);
  const entries = scenario.spec.interventions.map(({ at, set }, index): WrittenIntervention => {
    const path = ['spec', 'interventions', index, 'at'];
    if (parseDuration(at) >= durationNs) {
      warnings.add(places.markValue(scenario, path), path, 'it is made after the end of the simulation');
    }
    const assignments = Object.entries(set).map(([path, value]): Assignment => {
      const where = ['spec', 'interventions', index, 'set', path];
      if (!CHANGEABLE.some((pattern) => pattern.test(path.replace(/^spec\./, '')))) {
        problems.add(places.markKey(scenario, where), where, `${quote(path)} does not change in the middle of a run`, {
          expected:
            'orchestration.scheduler, schedulerConfig, nodeMonitorGracePeriod or evictionToleration, or the replicas of a ' +
            'service such as apps[0].behaviour.api.replicas',
        });
      }
      return { path, value, place: places.find(scenario, where) ?? elsewhere };
    });
    return { at, assignments };
  });
  return entries.toSorted((a, b) => parseDuration(a.at) - parseDuration(b.at));
}

function difference(before: World, after: World, { at, assignments }: WrittenIntervention): Intervention {
  return {
    atNs: parseDuration(at),
    changes: assignments.map(({ path, value }) => `${path} = ${JSON.stringify(value)}`),
    orchestration: after.orchestration,
    replicas: after.services.flatMap(({ replicas }, service) =>
      replicas === before.services[service]!.replicas ? [] : [{ service: service as ServiceId, replicas }],
    ),
  };
}

/** Reports an intervention that changes to or from SWM, which keeps a view of the network from the start of a run on. */
function demandNoChangeOfSwm(
  [before, after]: readonly [World, World],
  { assignments }: WrittenIntervention,
  problems: ProblemList,
): void {
  const [from, to] = [before.orchestration.scheduler, after.orchestration.scheduler];
  if (from === to || (from !== 'swm' && to !== 'swm')) return;
  const { source, value } = assignments.find(({ path }) => path.endsWith('scheduler'))!.place;
  const mark = { source, start: value[0], end: value[1] };
  problems.add(mark, [], `the scheduler changes from ${from} to ${to} in the middle of the run`, {
    expected: 'a change between schedulers that place one pod at a time',
  });
}
