export { listChoices, listScenarios, type CatalogueEntry } from './catalogue.ts';
export { checkCodecoAppFile } from './codeco-app-file.ts';
export { CsvError, readCsv } from './csv.ts';
export type { FileUse } from './files.ts';
export { ExperimentFile, isExperimentFile, readExperiment } from './experiment-file.ts';
export { explain } from './explain.ts';
export {
  bandwidthText,
  durationText,
  importers,
  importScenario,
  NameMaker,
  writeCompanions,
  type Draft as ImportDraft,
  type ImporterName,
  type ImportOptions,
} from './importers/index.ts';
export { initialScenario } from './initial-scenario.ts';
export {
  loadScenario,
  scenarioFromObject,
  type LoadedScenario,
  type LoadOptions,
  type ScenarioOptions,
} from './load.ts';
export { nearest } from './nearest.ts';
export { fieldAt, lastField, type Assignment } from './overrides.ts';
export { formatProblem, InputError, traceProblem, type Problem } from './problem.ts';
export { publishedSchemas, scenarioSchema, type Experiment, type Scenario } from './schema/index.ts';
