import { calibrationSchema, type Calibration } from './calibration.ts';
import { experimentSchema, type Experiment } from './experiment.ts';
import { scenarioSchema } from './scenario.ts';

export { calibrationSchema, type Calibration, experimentSchema, type Experiment };
export { MOST_FACTOR } from './arrivals.ts';
export type { durationOrDistribution } from './distribution.ts';
export { technologyDefaults } from './infrastructure.ts';
export { userPositions } from './position.ts';
export { scenarioSchema, type Scenario } from './scenario.ts';

/** The formats of files that people write, as JSON Schemas are published for editors and other programs. */
export const publishedSchemas = {
  scenario: published('Scenario', scenarioSchema),
  experiment: published('Experiment', experimentSchema),
} as const;

function published(kind: string, schema: object): object {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: `codeco-sim ${kind}`, ...schema };
}
