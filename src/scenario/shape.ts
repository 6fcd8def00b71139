import { nearest } from './nearest.ts';
import { isMap } from './source.ts';

/** The part of JSON Schema that our formats use, as data to walk through. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly choices?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly unit?: string;
  readonly expects?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
}

/** JSON Schema's name of a value's type. */
export function typeOf(value: unknown): 'null' | 'array' | 'object' | 'string' | 'number' | 'boolean' {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'object' || type === 'string' || type === 'boolean' ? type : 'number';
}

function admits(schema: Schema, value: unknown): boolean {
  const type = typeOf(value);
  return [schema.type].flat().some((name) => name === type || (name === 'integer' && type === 'number'));
}

/** Which of several shapes a value is meant to be: the index, or -1 if it is like none of them. */
export function shapeOf(shapes: readonly Schema[], value: unknown): number {
  const candidates = [...shapes.keys()].filter((index) => admits(shapes[index]!, value));
  if (candidates.length <= 1 || !isMap(value)) return candidates[0] ?? -1;
  let best = candidates[0]!;
  let bestLikeness = -1;
  for (const index of candidates) {
    const likeness = likenessTo(shapes[index]!, value);
    if (likeness > bestLikeness) {
      best = index;
      bestLikeness = likeness;
    }
  }
  return best;
}

/** A field that names the shape decides; then the number of fields in common, and of fields nearly in common. */
function likenessTo(schema: Schema, value: Record<string, unknown>): number {
  const fields = Object.entries(schema.properties ?? {});
  const keys = Object.keys(value).slice(0, 100);
  let likeness = 0;
  for (const [name, field] of fields) {
    if (Object.hasOwn(value, name)) likeness += field.const !== undefined && field.const === value[name] ? 1_000 : 10;
    else if (nearest(name, keys) !== undefined) likeness += 1;
  }
  return likeness;
}

/** The schema that holds for a value under a choice of shapes; of several left open, the first with that field. */
export function resolveShape(schema: Schema, value: unknown): Schema | undefined {
  if (schema.anyOf === undefined) return schema;
  return schema.anyOf[shapeOf(schema.anyOf, value)];
}

const copyOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? structuredClone(value) : value;

/** Fills defaults in, in place, as far as the value has the shape of the schema. */
export function fillDefaults(schema: Schema, value: unknown): void {
  const shape = resolveShape(schema, value);
  if (shape === undefined) return;
  if (Array.isArray(value)) {
    if (shape.items !== undefined) for (const item of value) fillDefaults(shape.items, item);
  } else if (isMap(value)) {
    for (const [name, field] of Object.entries(shape.properties ?? {})) {
      if (!Object.hasOwn(value, name) && field.default !== undefined) value[name] = copyOf(field.default);
      if (Object.hasOwn(value, name)) fillDefaults(field, value[name]);
    }
    if (typeof shape.additionalProperties === 'object') {
      for (const entry of Object.values(value)) fillDefaults(shape.additionalProperties, entry);
    }
  }
}
