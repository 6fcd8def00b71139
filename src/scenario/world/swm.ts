import {
  type CriterionName,
  type PerformanceProfileName,
  type SwmSettings,
  type SwmSolverName,
} from '../../model/index.ts';
import { isMap } from '../source.ts';
import type { Build } from './build.ts';

/** What counts how much in the named profiles. Which there are is published, or own; the weights are own design. */
const profileWeights: Readonly<Record<PerformanceProfileName, SwmSettings['profile']>> = {
  greenness: { greenness: 1 },
  resilience: { resilience: 1 },
  latency: { latency: 1 },
  cost: { price: 1 },
  carbon: { carbon: 1 },
  balanced: { greenness: 1, resilience: 1, latency: 1, load: 1, price: 1 },
};

const DEFAULT_BUDGETS: Readonly<Record<SwmSolverName, number>> = { scalable: 2000, exact: 10_000 };

/** The settings of SWM; undefined where another scheduler is under test. */
export function readSwm(build: Build): SwmSettings | undefined {
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
  return {
    profile: weights as Partial<Record<CriterionName, number>>,
    solver,
    budget: budget ?? DEFAULT_BUDGETS[solver],
    maxAttempts,
  };
}
