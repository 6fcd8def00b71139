import {
  parseDuration,
  parseShare,
  namesOf,
  performanceProfiles,
  type AppId,
  type CriterionName,
  type MigrationSettings,
  type PerformanceProfileName,
  type SwmSettings,
  type SwmSolverName,
} from '../../model/index.ts';
import { nearest } from '../nearest.ts';
import { isMap } from '../source.ts';
import { quote } from '../validation.ts';
import type { Scenario } from '../schema/index.ts';
import type { Apps } from './apps.ts';
import type { Build } from './build.ts';

type WrittenMigration = NonNullable<NonNullable<Scenario['spec']['orchestration']['swm']>['migration']>;

/** What counts how much in the named profiles. Which there are is published, or own; the weights are own design. */
export const profileWeights: Readonly<Record<PerformanceProfileName, SwmSettings['profile']>> = {
  greenness: { greenness: 1 },
  resilience: { resilience: 1 },
  latency: { latency: 1 },
  cost: { price: 1 },
  carbon: { carbon: 1 },
  balanced: { greenness: 1, resilience: 1, latency: 1, load: 1, price: 1 },
};

const DEFAULT_BUDGETS: Readonly<Record<SwmSolverName, number>> = { scalable: 2000, exact: 10_000 };

function readMigration(written: WrittenMigration): MigrationSettings {
  return {
    triggers: new Set(written.triggers),
    strategy: written.strategy,
    intervalNs: parseDuration(written.interval),
    margin: parseShare(written.margin),
    moveCost: written.moveCost,
    confirmations: written.confirmations,
    podCooldownNs: parseDuration(written.podCooldown),
    groupCooldownNs: parseDuration(written.groupCooldown),
    maxDowntimeNs: parseDuration(written.maxDowntime),
    maxRounds: written.maxRounds,
  };
}

/**
 * The profiles that CodecoApps ask for themselves, by name in any case: CODECO's own are Greenness and Resilience, as far as
 * its sources say. One that is not known is told in a warning, and that of the scenario holds.
 */
function readProfiles(build: Build, apps: Apps['read']): Map<AppId, SwmSettings['profile']> {
  const profiles = new Map<AppId, SwmSettings['profile']>();
  const names = namesOf(performanceProfiles);
  const unknown = new Set<unknown>();
  for (const { id, loaded } of apps) {
    const { performanceProfile = '' } = loaded.app.spec;
    const name = names.find((each) => each === performanceProfile.toLowerCase());
    if (name !== undefined) profiles.set(id, profileWeights[name]);
    if (name !== undefined || performanceProfile === '' || unknown.has(loaded.app)) continue;
    unknown.add(loaded.app);
    const path = ['spec', 'performanceProfile'];
    build.warnings.add(
      build.places.markValue(loaded.app, path),
      path,
      `no profile is named ${quote(performanceProfile)}`,
      {
        expected: `one of ${names.join(', ')}, in any case; that of spec.orchestration.swm holds`,
        nearest: () => nearest(performanceProfile.toLowerCase(), names),
      },
    );
  }
  return profiles;
}

/**
 * The settings of SWM; undefined where another scheduler is under test.
 * @param apps all applications, as far as they could be read
 */
export function readSwm(build: Build, { services, read }: Pick<Apps, 'services' | 'read'>): SwmSettings | undefined {
  const { orchestration } = build.scenario.spec;
  if (!isMap(orchestration)) return undefined;
  const path = ['spec', 'orchestration', 'swm'];
  const { scheduler, swm } = orchestration;
  if (scheduler !== 'swm') {
    if (swm !== undefined) build.warn(path, `without effect on the scheduler ${scheduler}`);
    return undefined;
  }
  if (build.isBroken(...path)) return undefined;
  const { profile = 'balanced', solver = 'scalable', budget, maxAttempts = 20 } = swm ?? {};
  const weights = typeof profile === 'string' ? profileWeights[profile] : profile;
  if (!Object.values(weights).some((weight) => weight > 0)) {
    build.problem([...path, 'profile'], 'a profile in which nothing counts', {
      expected: 'a weight above 0 for at least one criterion',
    });
  }
  const strategy = swm?.migration?.strategy;
  if (strategy !== undefined && strategy !== 'recreate' && !services.some(({ behaviour }) => behaviour.state)) {
    build.warn(
      [...path, 'migration'],
      `the strategy ${strategy} copies state, and no service states how much it has (behaviour.state): pods are made anew`,
    );
  }
  const profiles = readProfiles(build, read);
  return {
    profile: weights as Partial<Record<CriterionName, number>>,
    ...(profiles.size === 0 ? {} : { profiles }),
    solver,
    budget: budget ?? DEFAULT_BUDGETS[solver],
    maxAttempts,
    ...(swm?.migration === undefined ? {} : { migration: readMigration(swm.migration) }),
  };
}
