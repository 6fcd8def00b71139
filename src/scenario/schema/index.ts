export { technologyDefaults } from './infrastructure.ts';
export { SCENARIO_VERSION, scenarioSchema, type Scenario } from './scenario.ts';
