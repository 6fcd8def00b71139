import { expectedUnit, type UnitName } from '../model/index.ts';
import type { Schema } from './shape.ts';

export type { Schema as FieldSchema } from './shape.ts';

/** A field as documentation shows it. */
export interface Field {
  readonly name: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/**
 * The shapes that a field's value, or an item of its list, can have; of a map, those of its values, as `kubectl explain`
 * leaves keys out, unless the map itself is asked for.
 */
export function shapesOf(schema: Schema, areMapsUnfolded = true): Schema[] {
  return (schema.anyOf ?? [schema]).flatMap((shape) => {
    if (shape.items !== undefined) return shapesOf(shape.items, areMapsUnfolded);
    const { additionalProperties: value } = shape;
    return areMapsUnfolded && typeof value === 'object' ? shapesOf(value) : [shape];
  });
}

/** The fields of a value, of the items of a list or of the values of a map. */
export function fieldsOf(schema: Schema): Field[] {
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

/** What is to be said of a field's values beside its description: its unit, default and bounds. */
export function remarksOf(schema: Schema): string[] {
  const { default: value, minimum, exclusiveMinimum, maximum } = schema;
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return [
    ...(schema.unit === undefined ? [] : [capital(expectedUnit(schema.unit as UnitName))]),
    ...(isPlain ? [`Default: ${String(value)}`] : []),
    ...(exclusiveMinimum === undefined ? [] : [`More than ${exclusiveMinimum}`]),
    ...(minimum === undefined ? [] : [`At least ${minimum}`]),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? [] : [`At most ${maximum}`]),
  ];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Names that a field may have as its value, each with a sentence on it where there is one. */
export function choicesOf(schema: Schema): { readonly name: string; readonly sentence: string | undefined }[] {
  const shapes = schema.anyOf ?? [schema];
  const names = shapes.flatMap((shape) => shape.enum ?? []).filter((name) => name !== '');
  return names.map((name) => ({ name, sentence: shapes.find((shape) => shape.enum?.includes(name))?.choices?.[name] }));
}

/** As `kubectl explain` writes types: `[]Object`, `map[string]string`. */
export function typeName(schema: Schema): string {
  if (schema.unit !== undefined) return schema.unit;
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeName))].join(' | ');
  if (schema.items !== undefined) return `[]${wrapped(typeName(schema.items))}`;
  if (typeof schema.additionalProperties === 'object')
    return `map[string]${wrapped(typeName(schema.additionalProperties))}`;
  if (schema.type === 'object') return 'Object';
  return [schema.type ?? 'string'].flat().join(' | ');
}

const wrapped = (name: string): string => (name.includes(' ') ? `(${name})` : name);
