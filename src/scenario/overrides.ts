import { readDocuments } from './documents.ts';
import { nearest } from './nearest.ts';
import type { ProblemList } from './problem.ts';
import { scenarioSchema } from './schema/index.ts';
import { resolveShape, type Schema } from './shape.ts';
import { isMap, Source, type Mark, type Places } from './source.ts';
import { quote } from './validation.ts';

/** As errors name the option that a value comes from. */
const OPTION = '--set';

/**
 * Puts the value of `path=value` into a scenario, in place. `spec.` may be left out; the value is YAML.
 * What is wrong is reported at the option's own text.
 * @returns the option as a source of values, as which references in it are resolved
 */
export function override(
  scenario: object,
  assignment: string,
  folder: string | undefined,
  places: Places,
  problems: ProblemList,
): Source {
  const source = new Source(OPTION, assignment, folder);
  const equals = indexOfEquals(assignment);
  const mark = (start: number, end: number): Mark => ({ source, start, end });
  const steps = equals < 0 ? undefined : parsePath(assignment.slice(0, equals));
  if (steps === undefined || steps.length === 0) {
    const expected = 'PATH=VALUE such as users[0].count=5';
    problems.add(mark(0, assignment.length), [], `${quote(assignment)} is no assignment`, { expected });
    return source;
  }
  const documents = readDocuments(source, places, problems, equals + 1);
  if (documents === undefined) return source;
  const root = scenarioSchema as unknown as Schema;
  const isShort = !Object.hasOwn(root.properties!, steps[0]!.key);
  let schema: Schema = isShort ? root.properties!['spec']! : root;
  let container: unknown = isShort ? (scenario as Record<string, unknown>)['spec'] : scenario;
  const path: (string | number)[] = isShort ? ['spec'] : [];
  for (const [index, { key, start, end }] of steps.entries()) {
    const next = typeof key === 'number' ? elementOf(schema, container, key) : fieldOf(schema, container, key);
    path.push(key);
    if (typeof next === 'string' || !(isMap(container) || Array.isArray(container))) {
      const found = typeof next === 'string' ? next : 'the value before it is no map or list';
      problems.add(mark(start, end), path, found, {
        nearest: () => (typeof key === 'string' ? nearest(key, Object.keys(fieldsOf(schema, container))) : undefined),
      });
      return source;
    }
    const entries = container as Record<string | number, unknown>;
    if (index === steps.length - 1) {
      entries[key] = documents[0]?.value ?? null;
      places.set(container, key, {
        source,
        key: [0, equals],
        value: [Math.min(equals + 1, assignment.length - 1), assignment.length],
      });
    } else if (!Object.hasOwn(entries, key)) entries[key] = {};
    container = entries[key];
    schema = next;
  }
  return source;
}

interface Step {
  readonly key: string | number;
  readonly start: number;
  readonly end: number;
}

/** The '=' that ends the path: one in a quoted key does not. */
function indexOfEquals(assignment: string): number {
  const match = /^(?:[^="]|"(?:[^"\\]|\\.)*")*=/.exec(assignment);
  return match === null ? -1 : match[0].length - 1;
}

function parsePath(text: string): readonly (Step & { key: string })[] | undefined {
  const steps: Step[] = [];
  const step = /\.?([\w*-]+)|\[(\d{1,15})\]|\["((?:[^"\\]|\\.)*)"\]/y;
  const trimmed = text.trimEnd();
  while (step.lastIndex < trimmed.length) {
    const start = step.lastIndex;
    const match = step.exec(trimmed);
    if (match === null) return undefined;
    const [whole, name, index, quoted] = match;
    if (name !== undefined && start > 0 !== whole.startsWith('.')) return undefined;
    const key = name ?? (index === undefined ? quoted!.replace(/\\(.)/g, '$1') : Number(index));
    if (key === '__proto__') return undefined;
    steps.push({ key, start: start + (whole.startsWith('.') ? 1 : 0), end: start + whole.length });
  }
  return typeof steps[0]?.key === 'string' ? (steps as (Step & { key: string })[]) : undefined;
}

function elementOf(schema: Schema, container: unknown, index: number): Schema | string {
  const items = (resolveShape(schema, container) ?? schema).items;
  if (items === undefined || !Array.isArray(container)) return 'not a list';
  if (index >= container.length) return `there are only ${container.length} of them, counted from 0`;
  return items;
}

function fieldOf(schema: Schema, container: unknown, name: string): Schema | string {
  const field = fieldsOf(schema, container)[name];
  if (field !== undefined) return field;
  const { additionalProperties } = resolveShape(schema, container) ?? schema;
  return typeof additionalProperties === 'object' ? additionalProperties : `unknown field ${quote(name)}`;
}

/** The fields that may stand in a container; of a choice of shapes, those of the one it has, and then of the others. */
function fieldsOf(schema: Schema, container: unknown): Readonly<Record<string, Schema>> {
  const shape = resolveShape(schema, container);
  const others = (schema.anyOf ?? []).map((other) => other.properties ?? {});
  return Object.assign({}, ...others, shape?.properties ?? {}) as Record<string, Schema>;
}
