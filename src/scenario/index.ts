export {
  loadScenario,
  scenarioFromObject,
  type LoadedScenario,
  type LoadOptions,
  type ScenarioOptions,
} from './load.ts';
export { formatProblem, InputError, type Problem } from './problem.ts';
export { scenarioSchema, type Scenario } from './schema/index.ts';
