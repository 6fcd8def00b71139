import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  explain,
  initialScenario,
  InputError,
  listChoices,
  listScenarios,
  loadScenario,
  publishedSchemas,
} from '../../src/scenario/index.ts';

const temporary = mkdtempSync(join(tmpdir(), 'codeco-sim-docs-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

describe('the published schema', () => {
  const read = (name: string) => JSON.parse(readFileSync(`scenarios/schema/${name}.schema.json`, 'utf8')) as object;
  const published = read('scenario');
  test('is the one that the program checks by (npx tsx scripts/scenario-schema.ts writes it)', () => {
    for (const [name, schema] of Object.entries(publishedSchemas)) {
      expect(read(name)).toEqual(JSON.parse(JSON.stringify(schema)));
    }
  });
  test('of experiments accepts the shipped one, and refuses a mistyped field', () => {
    const validate = new Ajv2020({ strict: false }).compile(read('experiment'));
    const [experiment] = parseAllDocuments(readFileSync('scenarios/schedulers-under-cut.yaml', 'utf8'));
    const value = experiment!.toJS() as { spec: Record<string, unknown> };
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    value.spec['replicatons'] = 3;
    expect(validate(value)).toBe(false);
  });
  test('accepts, with a checker that knows nothing of our annotations, what the program accepts', () => {
    const validate = new Ajv2020({ strict: false }).compile(published);
    for (const name of ['base', 'everything']) {
      const [scenario] = parseAllDocuments(readFileSync(join(import.meta.dirname, 'files', `${name}.yaml`), 'utf8'));
      expect(validate(scenario!.toJS()), JSON.stringify(validate.errors)).toBe(true);
    }
  });
  test('refuses a number without its unit', () => {
    const validate = new Ajv2020({ strict: false }).compile(published);
    const [scenario] = parseAllDocuments(readFileSync(join(import.meta.dirname, 'files', 'base.yaml'), 'utf8'));
    const broken = scenario!.toJS() as { spec: { duration: unknown } };
    for (const duration of [600, '600', '600 bananas']) {
      broken.spec.duration = duration;
      expect(validate(broken)).toBe(false);
    }
  });
  test('describes every field', () => {
    const undescribed: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { properties, items, anyOf, additionalProperties } = schema as Record<string, unknown>;
      for (const [name, field] of Object.entries(properties ?? {})) {
        if (!(field as { description?: string }).description) undescribed.push(`${path}.${name}`);
        visit(field, `${path}.${name}`);
      }
      visit(items, `${path}[]`);
      visit(additionalProperties, `${path}.*`);
      for (const shape of (anyOf as unknown[] | undefined) ?? []) visit(shape, path);
    };
    for (const name of Object.keys(publishedSchemas)) visit(read(name), name);
    expect(undescribed).toEqual([]);
  });
});

describe('explain', () => {
  test('lays a field out as kubectl explain does', () => {
    expect(explain('spec.users.requests')).toMatchInlineSnapshot(`
      "KIND:       Scenario
      VERSION:    codeco-sim/v1

      FIELD: requests <Object>

      DESCRIPTION:
          The requests that each user sends.

      FIELDS:
        app	<string> -required-
          Application.

        to	<string> -required-
          Service of it that requests enter at.

        rate	<rate>
          Mean requests of one user; where the process has factors, those where the
          factor is 1. Needed save where requests are recorded or the loop is closed.
          A rate such as 0.5/s, 12/min or 3/h

        arrivals	<string | Object>
          How requests are spread in time.
          Default: poisson

        timeout	<duration>
          An attempt that is not answered within this time has failed; what it has
          begun at the servers goes on all the same. No limit where absent.
          A duration such as 250ms, 30s or 5m

        retries	<Object>
          Tries again what failed, for whatever reason: a timeout, a full queue, a
          lost pod, no pod, no way, or an error that a service answers with. Nothing
          is tried again where absent.
      "
    `);
    expect(explain('spec.orchestration.scheduler')).toMatchInlineSnapshot(`
      "KIND:       Scenario
      VERSION:    codeco-sim/v1

      FIELD: scheduler <string>

      ENUM:
          kube-scheduler  Kubernetes' default scheduler: its filters, scores, weights and tie-breaking.
          lowest-latency  Greedy: of the nodes that pass the filters, the one nearest in latency to whom the pod talks to.
          random          Any of the nodes that pass the filters, each alike.
          round-robin     The nodes in turn, passing over those that do not pass the filters.
          first-fit       The first node in order that passes the filters.
          best-fit        The node with the least CPU and memory left once the pod is there.
          worst-fit       The node with the most CPU and memory left once the pod is there.
          spread          The node with the fewest pods of the same service, of these the one with the fewest pods at all.
          swm             CODECO's SWM: the pods of an application and their channels together, by node costs and observed latencies.

      DESCRIPTION:
          Who places pods on nodes.

          Default: kube-scheduler
      "
    `);
    expect(explain('spec.users.requests.rate')).toMatchInlineSnapshot(`
      "KIND:       Scenario
      VERSION:    codeco-sim/v1

      FIELD: rate <rate>

      DESCRIPTION:
          Mean requests of one user; where the process has factors, those where the
          factor is 1. Needed save where requests are recorded or the loop is closed.

          A rate such as 0.5/s, 12/min or 3/h
      "
    `);
  });
  test.each([
    ['users.requests.rate', 'spec.users.requests.rate'],
    ['spec.users[0].requests.rate', 'spec.users.requests.rate'],
    ['Scenario.spec.duration', 'spec.duration'],
  ])('%s is %s', (path, same) => expect(explain(path)).toBe(explain(same)));
  test('goes through choices of shapes, lists and maps', () => {
    expect(explain('spec.infrastructure.clusters.nodes.at.sites')).toContain('CSV');
    expect(explain('spec.apps.behaviour.anything.cpu.distribution')).toContain('lognormal');
    expect(explain('spec.infrastructure.access.technology')).toContain('5G New Radio');
  });

  test('of a map, it lists the fields of the values, with or without a key in the path', () => {
    expect(explain('spec.apps.behaviour')).toMatch(/FIELD: behaviour <map\[string\]Object>[^]*FIELDS:\n {2}cpu\t/);
    expect(explain('spec.infrastructure.nodeClasses')).toMatch(/FIELDS:\n[^]* {2}memory\t<memory>/);
    expect(explain('spec.apps.behaviour.cpu')).toBe(explain('spec.apps.behaviour.anything.cpu'));
    expect(explain('spec.apps.behaviour.anything')).toContain('  replicas\t<integer>');
    expect(explain('metadata.labels')).not.toContain('FIELDS');
  });
  test('explains the whole, and CodecoApps', () => {
    expect(explain('')).toContain('KIND:       Scenario');
    expect(explain('Experiment.spec.design.kind')).toMatch(/KIND: {7}Experiment[^]*sobol {12}A digital net/);
    expect(explain('experiment.spec.vary.from')).toContain('The lowest value');
    expect(explain('Experiment.spec.replications.until.halfWidth')).toContain('FIELD: halfWidth <share>');
    expect(explain('CodecoApp.spec.codecoapp-msspec.serviceChannels')).toContain('channelName\t<string> -required-');
  });
  test.each([
    ['spec.users.requests.rte', 'did you mean rate?'],
    ['spec.usrs', 'did you mean users?'],
    ['spec.duration.seconds', 'no field below "duration"'],
    ['spec.constructor', 'unknown field "constructor"'],
  ])('%s is unknown', (path, message) => {
    expect(() => explain(path)).toThrow(InputError);
    expect(() => explain(path)).toThrow(message);
  });
});

describe('a first scenario', () => {
  test.each(['first', '123', 'true', '1e3'])('named %s loads as it is, without a warning', (name) => {
    const file = join(temporary, 'first.yaml');
    writeFileSync(file, initialScenario(name, { schema: 'scenario.schema.json' }));
    const { world, warnings } = loadScenario(file);
    expect(world).toMatchObject({ name, nodes: { length: 5 }, users: { length: 50 }, services: { length: 2 } });
    expect(warnings).toEqual([]);
  });
  test('tells editors where its schema is, if it is known', () => {
    expect(initialScenario('a', { schema: 'x.json' }).split('\n')[0]).toBe('# yaml-language-server: $schema=x.json');
    expect(initialScenario('a')).not.toContain('$schema');
  });
  test('needs a name that Kubernetes accepts', () => {
    expect(() => initialScenario('My Scenario')).toThrow(InputError);
  });
});

test('what can be chosen is listed with a sentence for each', () => {
  const choices = listChoices();
  expect(choices.map(({ name }) => name)).toContain('lowest-latency');
  expect(choices.every(({ description }) => description.endsWith('.'))).toBe(true);
});

test('scenarios of a folder are listed by file; other files are passed over', () => {
  writeFileSync(join(temporary, 'b.yaml'), initialScenario('b'));
  writeFileSync(join(temporary, 'app.yaml'), 'kind: CodecoApp\n');
  writeFileSync(join(temporary, 'broken.yaml'), '[');
  const listed = listScenarios(temporary).filter(({ name }) => !name.endsWith('first.yaml'));
  expect(listed).toEqual([
    {
      kind: 'scenario',
      name: join(temporary, 'b.yaml'),
      description: 'Two edge clusters on one street, a cloud behind them, and a cut of one backhaul.',
    },
  ]);
});
