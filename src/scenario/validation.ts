import type { AnySchemaObject, SchemaValidateFunction } from 'ajv';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { expectedUnit, UnitError, unitValue, type UnitName } from '../model/index.ts';
import { nearest } from './nearest.ts';
import type { ProblemList } from './problem.ts';
import { shapeOf, typeOf, type Schema } from './shape.ts';
import type { Path, Places } from './source.ts';

/** What `check` found wrong, for code that goes on with the rest. */
export interface Findings {
  /** Whether anything at or below the path is wrong. */
  isBroken(path: Path): boolean;
  /** Counts what is there as wrong, for a reason that has been reported. */
  markBroken(path: Path): void;
}

type Validator = ValidateFunction;

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true,
  allowUnionTypes: true,
  strictRequired: false,
  // a schema is used once or a few times a process: making its code smaller takes longer than running it, and that it is
  // a schema is tested
  validateSchema: false,
  code: { optimize: false },
});
ajv.addVocabulary(['positive', 'expects', 'choices']);
const validateUnit: SchemaValidateFunction = (unit: UnitName, data: unknown, parent?: AnySchemaObject) => {
  if (typeof data !== 'string' && typeof data !== 'number') return true;
  try {
    if (unitValue(unit, data) !== 0 || parent?.['positive'] !== true) return true;
    validateUnit.errors = [{ keyword: 'unit', params: { unit, found: 'zero', positive: true } }];
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    validateUnit.errors = [{ keyword: 'unit', params: { unit, found: error.message, nearest: error.nearest } }];
  }
  return false;
};
ajv.addKeyword({ keyword: 'unit', validate: validateUnit, errors: true });

const compiled = new WeakMap<object, Validator>();

/**
 * Checks a document against a schema and reports each mistake where it stands.
 * @param tolerate says of an unknown field with no near name whether it is only worth a warning
 */
export function check(
  schema: object,
  root: unknown,
  places: Places,
  problems: ProblemList,
  tolerate?: { readonly warnings: ProblemList },
): Findings {
  let validate = compiled.get(schema);
  if (validate === undefined) compiled.set(schema, (validate = ajv.compile(schema)));
  const broken = new Set<string>();
  const markBroken = (path: Path): void => {
    for (let end = path.length; end >= 0; end--) broken.add(key(path.slice(0, end)));
  };
  if (!validate(root)) {
    for (const error of relevant(validate.errors ?? [])) {
      const path = pathOf(root, error.instancePath);
      const warned = report(error, root, path, places, problems, tolerate?.warnings);
      const missing = error.keyword === 'required' ? [error.params['missingProperty'] as string] : [];
      if (!warned) markBroken([...path, ...missing]);
    }
  }
  return { isBroken: (path) => broken.has(key(path)), markBroken };
}

const key = (path: Path): string => path.join('\0');

/** The errors that a person would have made: of a choice of shapes, only those of the shape that was meant. */
function relevant(errors: readonly ErrorObject[]): ErrorObject[] {
  const meant = new Map<string, number>();
  for (const error of errors) {
    if (error.keyword !== 'anyOf') continue;
    meant.set(`${error.instancePath}\0${error.schemaPath}`, shapeOf(error.schema as Schema[], error.data));
  }
  return errors.filter((error) => {
    if (error.keyword === 'anyOf') {
      const shape = meant.get(`${error.instancePath}\0${error.schemaPath}`);
      return shape === -1 && inMeantShape(error, meant);
    }
    const unit = (error.parentSchema as Schema | undefined)?.unit;
    const isScalar = typeof error.data === 'string' || typeof error.data === 'number';
    if (unit !== undefined && error.keyword !== 'unit' && isScalar) return false;
    return inMeantShape(error, meant);
  });
}

function inMeantShape(error: ErrorObject, meant: ReadonlyMap<string, number>): boolean {
  for (const match of error.schemaPath.matchAll(/\/anyOf\/(\d+)(?=\/|$)/g)) {
    const choice = `${error.schemaPath.slice(0, match.index)}/anyOf`;
    for (let path = error.instancePath; ; path = path.slice(0, path.lastIndexOf('/'))) {
      const shape = meant.get(`${path}\0${choice}`);
      if (shape !== undefined && shape !== Number(match[1])) return false;
      if (path === '') break;
    }
  }
  return true;
}

/** A JSON pointer as a path: numbers where the container is a list. */
function pathOf(root: unknown, pointer: string): Path {
  const path: (string | number)[] = [];
  let container = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    const step = Array.isArray(container) ? Number(name) : name;
    path.push(step);
    container = (container as Record<string | number, unknown>)[step];
  }
  return path;
}

/** @returns whether it was only a warning */
function report(
  error: ErrorObject,
  root: unknown,
  path: Path,
  places: Places,
  problems: ProblemList,
  warnings: ProblemList | undefined,
): boolean {
  const schema = (error.parentSchema ?? {}) as Schema;
  const { params, data } = error;
  const markValue = () => places.markValue(root, path);
  switch (error.keyword) {
    case 'required': {
      const name = params['missingProperty'] as string;
      const expected = describe(schema.properties![name]!);
      problems.add(places.markKey(root, path), [...path, name], `"${name}" is missing`, { expected });
      return false;
    }
    case 'additionalProperties': {
      const name = params['additionalProperty'] as string;
      const fields = Object.keys(schema.properties ?? {}).filter((field) => !Object.hasOwn(data as object, field));
      const near = nearest(name, fields);
      const list = near === undefined && warnings !== undefined ? warnings : problems;
      list.add(places.markKey(root, [...path, name]), [...path, name], `unknown field ${quote(name)}`, {
        expected: near === undefined ? `one of ${Object.keys(schema.properties ?? {}).join(', ')}` : undefined,
        nearest: () => near,
      });
      return list === warnings;
    }
    case 'propertyNames':
      return false; // told by the error inside, which names the pattern
    case 'unit': {
      const expected = expectedUnit(params['unit'] as UnitName);
      problems.add(markValue(), path, params['found'] as string, {
        expected: params['positive'] === true ? `more than zero: ${expected}` : expected,
        nearest: () => params['nearest'] as string | undefined,
      });
      return false;
    }
    case 'enum':
    case 'const': {
      const names = namesOf(schema);
      problems.add(markValue(), path, foundValue(data), {
        expected: describe(schema),
        nearest: () => (typeof data === 'string' ? nearest(data, names) : undefined),
      });
      return false;
    }
    case 'minItems':
      problems.add(markValue(), path, 'an empty list', { expected: `at least ${schema.minItems} of them` });
      return false;
    case 'maximum':
      problems.add(markValue(), path, foundValue(data), {
        expected: `${numberNoun(schema)} of at most ${schema.maximum}`,
      });
      return false;
    default: {
      const name = error.propertyName;
      const at = name === undefined ? markValue() : places.markKey(root, [...path, name]);
      const found = name === undefined ? foundValue(data) : `the name ${quote(name)}`;
      problems.add(at, name === undefined ? path : [...path, name], found, { expected: describe(schema) });
      return false;
    }
  }
}

/** A value as an error names it. */
function foundValue(value: unknown): string {
  switch (typeOf(value)) {
    case 'null':
      return 'nothing';
    case 'array':
      return 'a list';
    case 'object':
      return 'a map';
    case 'string':
      return value === '' ? 'an empty text' : `the text ${quote(value as string)}`;
    case 'number':
    case 'boolean':
      return String(value);
  }
}

/** What belongs somewhere, in words. */
function describe(schema: Schema): string {
  if (schema.expects !== undefined) return schema.expects;
  if (schema.unit !== undefined) return expectedUnit(schema.unit as UnitName);
  if (schema.const !== undefined || schema.enum !== undefined) {
    const names = namesOf(schema).filter((name) => name !== '');
    return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  }
  switch (schema.type) {
    case 'integer':
    case 'number':
      return `${numberNoun(schema)}${range(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list of ${schema.items?.type === 'object' ? 'maps' : 'values'}`;
    case 'object': {
      const fields = Object.keys(schema.properties ?? {});
      return fields.length === 0 ? 'a map' : `a map of ${fields.join(', ')}`;
    }
    case 'string':
    case undefined:
    default:
      return 'a text';
  }
}

/** What may stand there; of a shape among several, what names any of them. */
function namesOf({ enum: names, choices, const: only }: Schema): readonly string[] {
  return names ?? (choices === undefined ? [only ?? ''] : Object.keys(choices));
}

function numberNoun({ type }: Schema): string {
  return type === 'integer' ? 'a whole number' : 'a finite number';
}

function range({ minimum, exclusiveMinimum, maximum }: Schema): string {
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum}`;
  if (minimum !== undefined && most !== undefined) return ` from ${minimum} to ${most}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return most === undefined ? '' : ` of at most ${most}`;
}

export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
