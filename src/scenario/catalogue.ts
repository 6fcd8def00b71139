import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isMap as isYamlMap, parseAllDocuments } from 'yaml';
import {
  arrivals,
  criteria,
  designs,
  distributions,
  migrationStrategies,
  migrationTriggers,
  expanders,
  governances,
  mobilityModels,
  performanceProfiles,
  prioritizers,
  schedulers,
  swmSolvers,
  technologies,
} from '../model/index.ts';
import { MAX_DOCUMENT_BYTES } from './files.ts';

/** Something that can be chosen by its name, and one sentence of what it is. */
export interface CatalogueEntry {
  readonly kind: string;
  readonly name: string;
  readonly description: string;
}

/** What a scenario can choose from: schedulers, SWM's profiles, criteria and solvers, triggers and strategies of migration, expanders of node groups, arrival processes, distributions, mobility models, radio technologies, designs of experiments. */
export function listChoices(): CatalogueEntry[] {
  return [
    ...entries('scheduler', schedulers),
    ...entries('profile', performanceProfiles),
    ...entries('criterion', criteria),
    ...entries('solver', swmSolvers),
    ...entries('trigger', migrationTriggers),
    ...entries('strategy', migrationStrategies),
    ...entries('expander', expanders),
    ...entries('governance', governances),
    ...entries('prioritizer', prioritizers),
    ...entries('arrivals', arrivals),
    ...entries('distribution', distributions),
    ...entries('mobility', mobilityModels),
    ...entries('technology', technologies),
    ...entries('design', designs),
  ];
}

function entries(kind: string, choices: Readonly<Record<string, string>>): CatalogueEntry[] {
  return Object.entries(choices).map(([name, description]) => ({ kind, name, description }));
}

/** The scenarios and experiments in the files of a folder, by file name; files that are none are passed over. The name is the file's. */
export function listScenarios(folder: string): CatalogueEntry[] {
  const found: CatalogueEntry[] = [];
  for (const file of readdirSync(folder).toSorted()) {
    const path = join(folder, file);
    if (!/\.(ya?ml|json)$/.test(file)) continue;
    const status = statSync(path);
    if (!status.isFile() || status.size > MAX_DOCUMENT_BYTES) continue;
    for (const document of parseAllDocuments(readFileSync(path, 'utf8'))) {
      if (!('contents' in document) || !isYamlMap(document.contents)) continue;
      const kind = document.get('kind');
      if (kind !== 'Scenario' && kind !== 'Experiment') continue;
      const description = document.getIn(['metadata', 'description']);
      found.push({
        kind: kind.toLowerCase(),
        name: path,
        description: typeof description === 'string' ? description : '',
      });
    }
  }
  return found;
}
