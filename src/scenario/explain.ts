import { codecoAppSchema } from '../model/index.ts';
import { choicesOf, fieldsOf, remarksOf, shapesOf, typeName, type Field } from './field-documentation.ts';
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

function layOut(kind: keyof typeof kinds, field: Field): string {
  const { schema } = field;
  const lines = [`KIND:       ${kind}`, `VERSION:    ${kinds[kind].properties!['apiVersion']!.const}`, ''];
  if (field.name !== '')
    lines.push(`FIELD: ${field.name} <${typeName(schema)}>${field.isRequired ? ' -required-' : ''}`, '');
  const values = valuesOf(schema);
  if (values.length > 0) lines.push('ENUM:', ...values, '');
  lines.push('DESCRIPTION:', ...wrap(schema.description ?? '', INDENT));
  const remarks = remarksOf(schema).flatMap((remark) => wrap(remark, INDENT));
  if (remarks.length > 0) lines.push('', ...remarks);
  const fields = fieldsOf(schema);
  if (fields.length > 0) lines.push('', 'FIELDS:');
  for (const { name, schema: own, isRequired } of fields) {
    lines.push(
      `  ${name}\t<${typeName(own)}>${isRequired ? ' -required-' : ''}`,
      ...wrap(own.description ?? '', INDENT),
    );
    lines.push(...remarksOf(own).flatMap((remark) => wrap(remark, INDENT)), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function valuesOf(schema: Schema): string[] {
  const choices = choicesOf(schema);
  const longest = Math.max(0, ...choices.map(({ name }) => name.length));
  return choices.map(
    ({ name, sentence }) => `${INDENT}${sentence === undefined ? name : `${name.padEnd(longest)}  ${sentence}`}`,
  );
}

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
