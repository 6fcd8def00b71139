import { codecoAppSchema, expectedUnit, type UnitName } from '../model/index.ts';
import { nearest } from './nearest.ts';
import { InputError } from './problem.ts';
import { experimentSchema, scenarioSchema } from './schema/index.ts';
import type { Schema } from './shape.ts';
import { quote } from './validation.ts';

const kinds = {
  Scenario: scenarioSchema as unknown as Schema,
  Experiment: experimentSchema as unknown as Schema,
  CodecoApp: codecoAppSchema as unknown as Schema,
} as const;

const WIDTH = 80;
const INDENT = '    ';

/**
 * The documentation of a field, laid out as `kubectl explain` does: what it is, its values, its own fields.
 * The path is of a scenario (`spec.users.requests.rate`, where `spec.` may be left out and indices are ignored) or,
 * after the kind, of an experiment (`Experiment.spec.vary`) or a CodecoApp (`CodecoApp.spec.qosClass`). An empty path explains the scenario as a whole.
 * @throws {InputError} if there is no such field
 */
export function explain(fieldPath: string): string {
  const steps = fieldPath.split(/[.[\]]+/).filter((step) => step !== '' && !/^\d+$/.test(step));
  const names = Object.keys(kinds) as (keyof typeof kinds)[];
  const named = names.find((name) => name.toLowerCase() === steps[0]?.toLowerCase());
  if (named !== undefined) steps.shift();
  const kind = named ?? 'Scenario';
  let field: Field = { name: '', schema: kinds[kind], isRequired: true };
  const first = steps[0];
  const top = fieldsOf(field.schema);
  if (first !== undefined && !top.some(({ name }) => name === first)) {
    const spec = top.find(({ name }) => name === 'spec')!;
    if (fieldsOf(spec.schema).some(({ name }) => name === first)) field = spec;
  }
  for (const step of steps) field = stepInto(field, step, fieldPath);
  return layOut(kind, field);
}

interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

function stepInto(field: Field, step: string, fieldPath: string): Field {
  const fields = fieldsOf(field.schema);
  const found = fields.find(({ name }) => name === step);
  if (found !== undefined) return found;
  const entry = shapesOf(field.schema, false).find((shape) => typeof shape.additionalProperties === 'object');
  if (entry !== undefined) return { name: step, schema: entry.additionalProperties as Schema, isRequired: false };
  const names = fields.map(({ name }) => name);
  const near = nearest(step, names);
  throw new InputError([
    {
      path: fieldPath,
      found: `unknown field ${quote(step)}`,
      ...(names.length === 0
        ? { expected: `no field below ${quote(field.name)}` }
        : { expected: `one of ${names.join(', ')}` }),
      ...(near === undefined ? {} : { nearest: near }),
    },
  ]);
}

/**
 * The shapes that a field's value, or an item of its list, can have; of a map, those of its values, as `kubectl explain`
 * leaves keys out, unless the map itself is asked for.
 */
function shapesOf(schema: Schema, areMapsUnfolded = true): Schema[] {
  return (schema.anyOf ?? [schema]).flatMap((shape) => {
    if (shape.items !== undefined) return shapesOf(shape.items, areMapsUnfolded);
    const { additionalProperties: value } = shape;
    return areMapsUnfolded && typeof value === 'object' ? shapesOf(value) : [shape];
  });
}

function fieldsOf(schema: Schema): Field[] {
  const fields = new Map<string, Field>();
  for (const shape of shapesOf(schema)) {
    for (const [name, field] of Object.entries(shape.properties ?? {})) {
      const known = fields.get(name);
      const isRequired = schema.anyOf === undefined && shape.required?.includes(name) === true;
      const merged = known === undefined ? field : mergeChoices(known.schema, field);
      fields.set(name, { name, schema: merged, isRequired });
    }
  }
  return [...fields.values()];
}

/** Fields that name the shape they belong to are documented as one field with all the names. */
function mergeChoices(known: Schema, field: Schema): Schema {
  if (field.const === undefined) return known;
  const { const: first, ...rest } = known;
  return { ...rest, enum: [...(known.enum ?? (first === undefined ? [] : [first])), field.const] };
}

function layOut(kind: keyof typeof kinds, field: Field): string {
  const { schema } = field;
  const lines = [`KIND:       ${kind}`, `VERSION:    ${kinds[kind].properties!['apiVersion']!.const}`, ''];
  if (field.name !== '')
    lines.push(`FIELD: ${field.name} <${typeName(schema)}>${field.isRequired ? ' -required-' : ''}`, '');
  const values = valuesOf(schema);
  if (values.length > 0) lines.push('ENUM:', ...values, '');
  lines.push('DESCRIPTION:', ...wrap(schema.description ?? '', INDENT));
  const remarks = remarksOf(schema);
  if (remarks.length > 0) lines.push('', ...remarks);
  const fields = fieldsOf(schema);
  if (fields.length > 0) lines.push('', 'FIELDS:');
  for (const { name, schema: own, isRequired } of fields) {
    lines.push(
      `  ${name}\t<${typeName(own)}>${isRequired ? ' -required-' : ''}`,
      ...wrap(own.description ?? '', INDENT),
    );
    lines.push(...remarksOf(own), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function valuesOf(schema: Schema): string[] {
  const shapes = schema.anyOf ?? [schema];
  const names = shapes.flatMap((shape) => shape.enum ?? []).filter((name) => name !== '');
  const longest = Math.max(0, ...names.map((name) => name.length));
  return names.map((name) => {
    const sentence = shapes.find((shape) => shape.enum?.includes(name))?.choices?.[name];
    return `${INDENT}${sentence === undefined ? name : `${name.padEnd(longest)}  ${sentence}`}`;
  });
}

function remarksOf(schema: Schema): string[] {
  const remarks: string[] = [];
  const { default: value } = schema;
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (schema.unit !== undefined) remarks.push(...wrap(capital(expectedUnit(schema.unit as UnitName)), INDENT));
  if (isPlain) remarks.push(`${INDENT}Default: ${String(value)}`);
  const { minimum, exclusiveMinimum, maximum } = schema;
  if (exclusiveMinimum !== undefined) remarks.push(`${INDENT}More than ${exclusiveMinimum}`);
  if (minimum !== undefined) remarks.push(`${INDENT}At least ${minimum}`);
  if (maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER) remarks.push(`${INDENT}At most ${maximum}`);
  return remarks;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** As `kubectl explain` writes types: `[]Object`, `map[string]string`. */
function typeName(schema: Schema): string {
  if (schema.unit !== undefined) return schema.unit;
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeName))].join(' | ');
  if (schema.items !== undefined) return `[]${wrapped(typeName(schema.items))}`;
  if (typeof schema.additionalProperties === 'object')
    return `map[string]${wrapped(typeName(schema.additionalProperties))}`;
  if (schema.type === 'object') return 'Object';
  return [schema.type ?? 'string'].flat().join(' | ');
}

const wrapped = (name: string): string => (name.includes(' ') ? `(${name})` : name);

function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + word.length >= WIDTH) {
      lines.push(indent + line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return line === '' ? lines : [...lines, indent + line];
}
