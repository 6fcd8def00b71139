export { listChoices, listScenarios, type CatalogueEntry } from './catalogue.ts';
export { CsvError, readCsv } from './csv.ts';
export { explain } from './explain.ts';
export { importers, importScenario, type ImporterName, type ImportOptions } from './importers/index.ts';
export { initialScenario } from './initial-scenario.ts';
export {
  loadScenario,
  scenarioFromObject,
  type LoadedScenario,
  type LoadOptions,
  type ScenarioOptions,
} from './load.ts';
export { nearest } from './nearest.ts';
export { formatProblem, InputError, traceProblem, type Problem } from './problem.ts';
export { publishedSchema, scenarioSchema, type Scenario } from './schema/index.ts';
