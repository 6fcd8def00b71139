import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { formatProblem, InputError, loadScenario, scenarioFromObject } from '../../src/scenario/index.ts';

const files = join(import.meta.dirname, 'files');
const base = join(files, 'base.yaml');
const temporary = mkdtempSync(join(tmpdir(), 'codeco-sim-load-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** Paths of what is wrong. */
function pathsOf(load: () => unknown): (string | undefined)[] {
  try {
    load();
  } catch (error) {
    if (error instanceof InputError) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
}

test('a scenario with every field becomes the world that it describes', () => {
  const { world, warnings } = loadScenario(join(files, 'everything.yaml'));
  expect(world).toMatchSnapshot();
  expect(warnings.map((warning) => formatProblem(warning).replace(files, '')).join('\n\n')).toMatchInlineSnapshot(`
    "/everything.yaml:76:27  spec.users[1].at
       76 |     - { name: strays, at: { x: 50km, y: 0m } }
          |                           ^^^^^^^^^^^^^^^^^^ 1 of 1 users are out of range of every access point: their requests fail"
  `);
});

test('loading is a function of the files and options alone', () => {
  const once = loadScenario(base);
  const again = loadScenario(base);
  expect(again.world).toEqual(once.world);
  expect(again.hash).toBe(once.hash);
  expect(once.files).toEqual([base]);
});

describe('the hash', () => {
  const { hash } = loadScenario(base);
  const text = readFileSync(base, 'utf8');
  const hashOf = (change: (text: string) => string): string => {
    const file = join(temporary, 'hashed.yaml');
    writeFileSync(file, change(text));
    return loadScenario(file).hash;
  };
  test('does not depend on comments, order of keys or the place of the file', () => {
    expect(hashOf((same) => `# a comment\n${same}`)).toBe(hash);
    expect(hashOf((same) => same.replace('cpu: 2, memory: 4Gi', 'memory: 4Gi, cpu: 2'))).toBe(hash);
  });
  test('does depend on what is simulated: the scenario, its seed, its application', () => {
    expect(hashOf((other) => other.replace('rate: 2/s', 'rate: 3/s'))).not.toBe(hash);
    expect(hashOf((other) => other.replace('maxDelay: 10e-3', 'maxDelay: 11e-3'))).not.toBe(hash);
    expect(loadScenario(base, { seed: 4 }).hash).not.toBe(hash);
  });
  test('does depend on the tables that are read', () => {
    const names = ['everything.yaml', 'base.yaml', 'trace.csv'];
    for (const name of names) writeFileSync(join(temporary, name), readFileSync(join(files, name)));
    const table = readFileSync(join(files, 'sites.csv'), 'utf8');
    writeFileSync(join(temporary, 'sites.csv'), table);
    const before = loadScenario(join(temporary, 'everything.yaml')).hash;
    expect(before).toBe(loadScenario(join(files, 'everything.yaml')).hash);
    writeFileSync(join(temporary, 'sites.csv'), table.replace('100', '101'));
    expect(loadScenario(join(temporary, 'everything.yaml')).hash).not.toBe(before);
  });
});

describe('formats', () => {
  test('JSON is read as YAML is, and so is a plain object', () => {
    const [scenario, codecoApp] = parseAllDocuments(readFileSync(base, 'utf8')).map(
      (document) => document.toJS() as object,
    );
    const file = join(temporary, 'shop.json');
    writeFileSync(join(temporary, 'pair.json'), JSON.stringify(codecoApp));
    const text = JSON.stringify(scenario, null, '\t').replace('"pair"', '"pair.json"');
    writeFileSync(file, text.replace('"codecoApp": "pair"', '"codecoApp": "pair.json"'));
    const { world } = loadScenario(base);
    const set = ['users[0].requests.app=pair'];
    expect(loadScenario(file, { set }).world).toEqual(world);
    expect(scenarioFromObject(scenario!, { codecoApps: [codecoApp!] }).world).toEqual(world);
  });

  test('of several scenarios in a file one is chosen by its name', () => {
    const file = join(temporary, 'two.yaml');
    const text = readFileSync(base, 'utf8');
    writeFileSync(
      file,
      `${text}---\n${text.replace('name: base', 'name: other').replace('seed: 3', 'seed: 9').split('---')[0]}`,
    );
    expect(loadScenario(`${file}#other`).world).toMatchObject({ name: 'other', seed: 9 });
    expect(loadScenario(`${file}#base`).world).toMatchObject({ name: 'base', seed: 3 });
    expect(() => loadScenario(file)).toThrow(/2 Scenarios: base, other/);
    expect(() => loadScenario(`${file}#othr`)).toThrow(/did you mean other\?/);
  });

  test("Kubernetes' Services beside an application are passed over", () => {
    const file = join(temporary, 'with-service.yaml');
    writeFileSync(file, `${readFileSync(base, 'utf8')}---\napiVersion: v1\nkind: Service\nmetadata: { name: front }\n`);
    expect(loadScenario(file).world.apps).toHaveLength(1);
  });

  test('problems of a plain object have paths, and files cannot be referred to', () => {
    const scenario = parse(readFileSync(base, 'utf8').split('---')[0]!) as { spec: { users: object[] } };
    expect(pathsOf(() => scenarioFromObject(scenario))).toEqual(['spec.apps[0].codecoApp']);
    expect(
      pathsOf(() => scenarioFromObject({ ...scenario, spec: { ...scenario.spec, extends: 'base.yaml' } })),
    ).toContain('spec.extends');
    expect(() => scenarioFromObject(scenario)).toThrow('spec.apps[0].codecoApp\n      no CodecoApp');
    expect(() => scenarioFromObject([])).toThrow(InputError);
  });
});

describe('extends', () => {
  const { world, resolved, files: read } = loadScenario(join(files, 'variant.yaml'));
  test('merges maps key by key, and replaces lists and values', () => {
    expect(world).toMatchObject({ name: 'variant', seed: 3, durationNs: 1200e9, warmupNs: 60e9, users: [] });
    expect(world.nodes.map(({ cpuMillicores }) => cpuMillicores)).toEqual([8000, 4000, 4000]);
    expect(world.apps[0]!.name).toBe('pair');
    expect(resolved).not.toHaveProperty('spec.extends');
    expect(read.map((name) => name.replace(files, ''))).toEqual(['/variant.yaml', '/base.yaml']);
  });
  test('tells a mistake in the file where it stands', () => {
    writeFileSync(join(temporary, 'base.yaml'), readFileSync(base, 'utf8').replace('10ms', '10'));
    writeFileSync(
      join(temporary, 'variant.yaml'),
      readFileSync(join(files, 'variant.yaml'), 'utf8').replace('20m', '20'),
    );
    const problems: { file?: string; path?: string }[] = [];
    try {
      loadScenario(join(temporary, 'variant.yaml'));
    } catch (error) {
      problems.push(...(error as InputError).problems);
    }
    expect(problems.map(({ file, path }) => [file?.replace(temporary, ''), path])).toEqual([
      ['/variant.yaml', 'spec.duration'],
      ['/base.yaml', 'spec.infrastructure.links[0].latency'],
    ]);
  });
});

describe('overrides', () => {
  const load = (...set: string[]) => loadScenario(base, { set });
  test('put values in, at paths with or without spec', () => {
    const { world } = load(
      'spec.users[0].count=5',
      'duration=2h',
      'infrastructure.nodeClasses.node.labels["example.org/a.b"]=x',
    );
    expect(world.users).toHaveLength(5);
    expect(world.durationNs).toBe(7200e9);
    expect(world.nodes[1]!.labels).toMatchObject({ 'example.org/a.b': 'x', tier: 'edge' });
  });
  test('make the maps on the way, and take YAML as values', () => {
    const { world } = load(
      'orchestration.scheduler=lowest-latency',
      'apps[0].clusters=[edge]',
      'results.requests.sample=50%',
    );
    expect(world.orchestration.scheduler).toBe('lowest-latency');
    expect(world.apps[0]!.clusters).toEqual([1]);
    expect(world.recording.requestSample).toBe(0.5);
  });
  test('the seed has an option of its own', () => {
    expect(loadScenario(base, { seed: 12 }).world.seed).toBe(12);
    expect(pathsOf(() => loadScenario(base, { seed: -1 }))).toEqual(['spec.seed']);
  });
  test.each([
    ['users[0].cuont=5', 'unknown field "cuont"\n      did you mean users[0].count?'],
    ['usrs[0].count=5', 'unknown field "usrs"\n      did you mean users[0].count?'],
    ['users[1].count=5', 'there are only 1 of them, counted from 0'],
    ['duration[0]=5s', 'not a list'],
    ['duration.seconds=5', 'unknown field "seconds"'],
    ['duration', 'is no assignment'],
    ['=5', 'is no assignment'],
    ['users..count=5', 'is no assignment'],
    ['__proto__.x=5', 'is no assignment'],
    ['duration=', 'nothing'],
    ['duration=[', 'Flow sequence'],
    ['duration=5', 'a number without a unit\n      expected a duration'],
    ['orchestration.scheduler=lowest-latencie', 'did you mean lowest-latency?'],
  ])('%s is refused', (assignment, message) => {
    expect(() => load(assignment)).toThrow(InputError);
    expect(() => load(assignment)).toThrow(message);
  });
});

describe('all mistakes are told at once', () => {
  test('of format, references and files, in the order of the file', () => {
    const paths = pathsOf(() => loadScenario(join(import.meta.dirname, 'broken', '107-many-at-once.yaml')));
    expect(paths).toEqual([
      'metadata.name',
      'spec.duration',
      'spec.infrastructure.clusters[0].role',
      'spec.infrastructure.clusters[1].nodes[0].class',
      'spec.infrastructure.access.technology',
      'spec.faults[0].cut',
      'spec.users[0].requests.to',
      'spec.users[0].requests.rate',
    ]);
  });
  test('but a name that a broken entry may have declared is not called unknown', () => {
    const file = join(temporary, 'partly.yaml');
    writeFileSync(
      file,
      readFileSync(base, 'utf8').replace('class: node, at', 'clas: node, at').replace('to: hub', 'to: edge-node-1'),
    );
    expect(pathsOf(() => loadScenario(file))).toEqual([
      'spec.infrastructure.clusters[1].nodes[0].class',
      'spec.infrastructure.clusters[1].nodes[0].clas',
    ]);
  });
  test('at most a hundred, and how many more', () => {
    const file = join(temporary, 'hundreds.yaml');
    const users = Array.from({ length: 500 }, (_, i) => `    - { name: g${i}, at: { x: 1, y: 2m } }`).join('\n');
    writeFileSync(file, readFileSync(base, 'utf8').replace('  users:\n', `  users:\n${users}\n`));
    expect(() => loadScenario(file)).toThrow(/\.\.\. and 400 more problems$/);
  });
});
