import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const importsOf = (file: string): string[] =>
  [...readFileSync(join('src', file), 'utf8').matchAll(/\b(?:from|import) '(\.{1,2}\/[^']+)'/g)].map(([, specifier]) =>
    normalize(join(dirname(file), specifier!)),
  );
/** The folder of src/ that a file lies in; a file beside the folders stands for itself. */
const placeOf = (file: string): string => file.split('/', 1)[0]!;

/** What each place may import, besides itself: imports run upwards only. A place that is not here is an error. */
const allowed: Record<string, readonly string[]> = {
  kernel: [],
  model: ['kernel'],
  traces: ['kernel'],
  dynamics: ['kernel', 'model', 'traces'],
  kubernetes: ['kernel', 'model', 'dynamics'],
  codeco: ['kernel', 'model', 'dynamics', 'kubernetes'],
  scenario: ['kernel', 'model', 'traces'],
  results: ['kernel', 'model'],
  'attribution.ts': ['model', 'dynamics', 'kubernetes', 'results'],
  'observation.ts': [
    'kernel',
    'model',
    'dynamics',
    'kubernetes',
    'codeco',
    'results',
    'attribution.ts',
    'entity-codes.ts',
  ],
  'entity-codes.ts': ['model', 'dynamics', 'results'],
  'service-rows.ts': ['model', 'dynamics', 'results'],
  'entry-demand.ts': ['model', 'dynamics', 'kubernetes'],
  'request-sampler.ts': ['kernel', 'model'],
  'places.ts': ['model', 'dynamics'],
  'regions.ts': ['model'],
  'federated-planes.ts': ['kernel', 'model', 'dynamics', 'kubernetes', 'codeco'],
  'interventions.ts': ['kernel', 'model', 'kubernetes'],
  'governance-rows.ts': ['codeco', 'results'],
  'dataset-rows.ts': ['model', 'dynamics', 'results'],
  'migration-rows.ts': ['model', 'codeco', 'results'],
  'plan-rows.ts': ['kernel', 'model', 'codeco', 'results'],
  'app-status.ts': ['kernel', 'model', 'dynamics', 'kubernetes', 'codeco', 'results'],
  'catalogue-rows.ts': ['codeco', 'model', 'results'],
  'scaling-rows.ts': ['model', 'kubernetes', 'results'],
  'learning-rows.ts': ['model', 'codeco', 'results'],
  'operation-rows.ts': ['model', 'kubernetes', 'results'],
  'probe-rows.ts': ['model', 'dynamics', 'codeco', 'results'],
  'callees.ts': ['kernel', 'model', 'dynamics', 'kubernetes', 'codeco', 'places.ts'],
  'node-knowledge.ts': [
    'kernel',
    'model',
    'dynamics',
    'codeco',
    'results',
    'catalogue-rows.ts',
    'learning-rows.ts',
    'places.ts',
  ],
  'kubernetes-client': [],
  kind: [
    'kernel',
    'model',
    'dynamics',
    'kubernetes',
    'kubernetes-client',
    'results',
    'scenario',
    'simulation-watch.ts',
    'simulation.ts',
    'version.ts',
  ],
  'simulation-watch.ts': ['kernel', 'model', 'dynamics', 'kubernetes'],
  'simulation.ts': [
    'simulation-watch.ts',
    'kernel',
    'model',
    'dynamics',
    'kubernetes',
    'codeco',
    'results',
    'app-status.ts',
    'governance-rows.ts',
    'dataset-rows.ts',
    'entry-demand.ts',
    'request-sampler.ts',
    'migration-rows.ts',
    'observation.ts',
    'plan-rows.ts',
    'probe-rows.ts',
    'callees.ts',
    'node-knowledge.ts',
    'learning-rows.ts',
    'operation-rows.ts',
    'entry-demand.ts',
    'federated-planes.ts',
    'interventions.ts',
    'places.ts',
    'regions.ts',
    'request-sampler.ts',
    'scaling-rows.ts',
    'service-rows.ts',
  ],
  'version.ts': [],
  'simulate.ts': ['model', 'kubernetes', 'results', 'scenario', 'traces', 'simulation.ts', 'version.ts'],
  'verification.ts': ['kernel', 'model', 'results', 'scenario', 'simulate.ts', 'simulation.ts', 'version.ts'],
  experiment: [
    'kernel',
    'kubernetes-client',
    'model',
    'results',
    'scenario',
    'simulate.ts',
    'verification.ts',
    'version.ts',
  ],
  'index.ts': ['kernel', 'model', 'results', 'scenario', 'simulate.ts', 'verification.ts', 'version.ts'],
  'format.ts': [],
  'explanation.ts': [],
  report: ['kernel', 'model', 'dynamics', 'experiment', 'results', 'format.ts', 'version.ts'],
  view: ['kernel', 'model', 'traces', 'dynamics', 'results', 'report', 'explanation.ts', 'format.ts', 'version.ts'],
  cli: [
    'kernel',
    'model',
    'dynamics',
    'experiment',
    'kind',
    'kubernetes-client',
    'report',
    'results',
    'scenario',
    'view',
    'explanation.ts',
    'format.ts',
    'simulate.ts',
    'verification.ts',
    'version.ts',
  ],
};

test('every import in src/ runs upwards', () => {
  expect(files.length).toBeGreaterThan(50); // a check that reads nothing must not pass
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .map(placeOf)
      .filter((target) => target !== placeOf(file) && !allowed[placeOf(file)]?.includes(target))
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('a folder is imported through its door', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter(
        (target) => placeOf(target) !== placeOf(file) && target.includes('/') && !/^[^/]+\/index\.ts$/.test(target),
      )
      .map((target) => `${file} imports ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('what runs in the browser imports nothing that is not made for it', () => {
  const page = files.filter((file) => /^view\/(page|replay)\//.test(file));
  expect(page.length).toBeGreaterThan(20);
  const wrong = page.flatMap((file) => {
    const others = [...readFileSync(join('src', file), 'utf8').matchAll(/\bimport (?!type )[^;]*from '([^.][^']*)'/g)];
    const own = importsOf(file).filter((target) => !/^(view\/(page|replay)\/|(explanation|format)\.ts$)/.test(target));
    return [...others.map(([, name]) => name), ...own].map((target) => `${file} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});
