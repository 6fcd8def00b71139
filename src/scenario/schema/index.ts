import { calibrationSchema, type Calibration } from './calibration.ts';
import { scenarioSchema } from './scenario.ts';

export { calibrationSchema, type Calibration };
export { experimentSchema, type Experiment } from './experiment.ts';
export { MOST_FACTOR } from './arrivals.ts';
export type { durationOrDistribution } from './distribution.ts';
export { technologyDefaults } from './infrastructure.ts';
export { userPositions } from './position.ts';
export { scenarioSchema, type Scenario } from './scenario.ts';

/** The scenario's JSON Schema as it is published, for editors and other programs. */
export function publishedSchema(): object {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'codeco-sim Scenario', ...scenarioSchema };
}
