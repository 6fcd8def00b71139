import { readDocuments } from './documents.ts';
import { nearest } from './nearest.ts';
import type { ProblemList } from './problem.ts';
import { scenarioSchema } from './schema/index.ts';
import { resolveShape, type Schema } from './shape.ts';
import { isMap, Source, type Mark, type Path, type Place, type Places } from './source.ts';
import { quote } from './validation.ts';

/** As errors name the option that a value comes from. */
const OPTION = '--set';

/** A value that is put into a scenario, at a path that somebody wrote. */
export interface Assignment {
  /** The path as it was written: `users[0].count`; `spec.` may be left out. */
  readonly path: string;
  readonly value: unknown;
  /** Where the value stands, for errors; its key is the path's place. */
  readonly place: Place;
}

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
  const steps = equals < 0 ? undefined : parsePath(assignment.slice(0, equals));
  if (steps === undefined || steps.length === 0) {
    const expected = 'PATH=VALUE such as users[0].count=5';
    const mark = { source, start: 0, end: assignment.length };
    problems.add(mark, [], `${quote(assignment)} is no assignment`, { expected });
    return source;
  }
  const documents = readDocuments(source, places, problems, equals + 1);
  if (documents === undefined) return source;
  const value = documents[0]?.value ?? null;
  const path = assignment.slice(0, equals);
  const range = [Math.min(equals + 1, assignment.length - 1), assignment.length] as const;
  put(scenario, steps, { path, value, place: { source, key: [0, equals], value: range } }, places, problems);
  return source;
}

/**
 * Puts a value into a scenario, in place. What is wrong with its path is reported where that stands.
 * The value must not be used again elsewhere: what is filled in later would show there too.
 */
export function assign(scenario: object, assignment: Assignment, places: Places, problems: ProblemList): void {
  const { path, place } = assignment;
  const steps = parsePath(path);
  if (steps !== undefined && steps.length > 0) return put(scenario, steps, assignment, places, problems);
  const [start, end] = place.key ?? place.value;
  problems.add({ source: place.source, start, end }, [], `${quote(path)} is no path`, {
    expected: 'a path such as users[0].count or orchestration.scheduler',
  });
}

/** The last field of a path, which names what is set: `count` of `users[0].count`; undefined if it is no path. */
export function lastField(path: string): string | undefined {
  return parsePath(path)
    ?.map(({ key }) => key)
    .findLast((key) => typeof key === 'string') as string | undefined;
}

/** The schema of the field at a path in a scenario that has been filled in, and the path in full; undefined if there is none. */
export function fieldAt(scenario: object, path: string): { readonly schema: Schema; readonly path: Path } | undefined {
  let { schema, container, path: full } = rootOf(scenario, parsePath(path) ?? []);
  for (const { key } of parsePath(path) ?? []) {
    const next = typeof key === 'number' ? elementOf(schema, container, key) : fieldOf(schema, container, key);
    if (typeof next === 'string') return undefined;
    schema = next;
    container = isMap(container) || Array.isArray(container) ? (container as Record<string, unknown>)[key] : undefined;
    full = [...full, key];
  }
  return { schema, path: full };
}

function rootOf(scenario: object, steps: readonly Step[]): { schema: Schema; container: unknown; path: Path } {
  const root = scenarioSchema as unknown as Schema;
  const isShort = steps.length > 0 && !Object.hasOwn(root.properties!, steps[0]!.key);
  return isShort
    ? { schema: root.properties!['spec']!, container: (scenario as Record<string, unknown>)['spec'], path: ['spec'] }
    : { schema: root, container: scenario, path: [] };
}

function put(
  scenario: object,
  steps: readonly Step[],
  { path: written, value, place }: Assignment,
  places: Places,
  problems: ProblemList,
): void {
  let { schema, container, path } = rootOf(scenario, steps);
  for (const [index, { key, start, end }] of steps.entries()) {
    const next = typeof key === 'number' ? elementOf(schema, container, key) : fieldOf(schema, container, key);
    path = [...path, key];
    if (typeof next === 'string' || !(isMap(container) || Array.isArray(container))) {
      const found = typeof next === 'string' ? next : 'the value before it is no map or list';
      problems.add(markStep(place, written, start, end), path, found, {
        nearest: () => nearestPath(written, steps[index]!, Object.keys(fieldsOf(schema, container))),
      });
      return;
    }
    const entries = container as Record<string | number, unknown>;
    if (index === steps.length - 1) {
      entries[key] = value;
      places.set(container, key, place);
    } else if (!Object.hasOwn(entries, key)) entries[key] = {};
    container = entries[key];
    schema = next;
  }
}

/** A step of a path, if the text that the path stands in has it as it is, and not with escapes; else all of it. */
function markStep({ source, key, value }: Place, written: string, start: number, end: number): Mark {
  const [from, to] = key ?? value;
  const at = source.text.slice(from, to).indexOf(written);
  return at < 0 ? { source, start: from, end: to } : { source, start: from + at + start, end: from + at + end };
}

/** The whole path, with the name that was probably meant in the place of the step's. */
function nearestPath(written: string, { key, start, end }: Step, names: readonly string[]): string | undefined {
  const near = typeof key === 'string' ? nearest(key, names) : undefined;
  return near === undefined ? undefined : written.slice(0, start) + near + written.slice(end);
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
