import {
  OptionalKind,
  Type,
  type Static,
  type TObject,
  type TOptional,
  type TProperties,
  type TSchema,
  type TUnsafe,
} from '@sinclair/typebox';
import { namesOf } from './choices.ts';
import { unitPattern, type UnitName } from './unit-text.ts';

/**
 * Builders for the fields of a file format. What they build is plain JSON Schema 2020-12 with three annotations of our
 * own: `unit` (checked by `checkUnit`), `positive` (a value with a unit must not be zero) and `expects` (how an error
 * names what belongs there). The static type of a field is what a program reads once defaults are filled in.
 */

interface FieldOptions<Value = unknown> {
  readonly description: string;
  readonly default?: Value;
  /** How an error names what it expected, where the schema alone says it badly. */
  readonly expects?: string;
}

/** An object with exactly these fields; those without a default and not `optional` are required. */
export function object<Fields extends TProperties>(fields: Fields, options: FieldOptions): TObject<Fields> {
  const required = Object.keys(fields).filter((name) => {
    const field = fields[name]!;
    return !(OptionalKind in field) && !('default' in field);
  });
  // TypeBox would make fields with a default required: to it, a default is documentation
  const schema = { ...Type.Object(fields, { additionalProperties: false, ...options }), required };
  return schema as unknown as TObject<Fields>;
}

/** An object of someone else's format: the fields that we read are checked, the others are kept as they are. */
export function openObject<Fields extends TProperties>(fields: Fields, options: FieldOptions): TObject<Fields> {
  return { ...object(fields, options), additionalProperties: true };
}

/** A field that may be absent and then stays absent. */
export function optional<Field extends TSchema>(field: Field): TOptional<Field> {
  return Type.Optional(field) as TOptional<Field>;
}

/** An object whose keys are the reader's own names. */
export function mapOf<Value extends TSchema>(
  value: Value,
  options: FieldOptions & { keys?: { pattern: string; expects: string } },
): TUnsafe<Record<string, Static<Value>>> {
  const { keys, ...rest } = options;
  const propertyNames = keys === undefined ? {} : { propertyNames: { type: 'string', ...keys } };
  return Type.Unsafe({ type: 'object', ...propertyNames, additionalProperties: value, ...rest });
}

export function listOf<Item extends TSchema>(
  item: Item,
  options: FieldOptions & { minItems?: number },
): TUnsafe<readonly Static<Item>[]> {
  return Type.Unsafe({ type: 'array', items: item, ...options });
}

/** One of several shapes. Errors are told for the shape that the value is nearest to. */
export function either<Shapes extends readonly TSchema[]>(
  shapes: readonly [...Shapes],
  options: FieldOptions,
): TUnsafe<Static<Shapes[number]>> {
  return Type.Unsafe({ anyOf: shapes, ...options });
}

export function text(options: FieldOptions<string> & { pattern?: string; maxLength?: number }): TUnsafe<string> {
  return Type.Unsafe({ type: 'string', ...options });
}

export function number(
  options: FieldOptions<number> & { minimum?: number; exclusiveMinimum?: number; maximum?: number },
): TUnsafe<number> {
  return Type.Unsafe({ type: 'number', ...options });
}

export function whole(options: FieldOptions<number> & { minimum?: number; maximum?: number }): TUnsafe<number> {
  return Type.Unsafe({ type: 'integer', maximum: Number.MAX_SAFE_INTEGER, ...options });
}

export function flag(options: FieldOptions<boolean>): TUnsafe<boolean> {
  return Type.Unsafe({ type: 'boolean', ...options });
}

/** One of some names; where these are choices with a sentence each, documentation prints the sentences. */
export function oneOf<const Name extends string>(names: readonly Name[], options: FieldOptions<Name>): TUnsafe<Name>;
export function oneOf<const Choices extends Readonly<Record<string, string>>>(
  choices: Choices,
  options: FieldOptions<keyof Choices & string>,
): TUnsafe<keyof Choices & string>;
export function oneOf(
  choices: readonly string[] | Readonly<Record<string, string>>,
  options: FieldOptions<string>,
): TUnsafe<string> {
  if (isList(choices)) return Type.Unsafe({ type: 'string', enum: [...choices], ...options });
  return Type.Unsafe({ type: 'string', enum: [...namesOf(choices)], choices, ...options });
}

function isList(choices: readonly string[] | Readonly<Record<string, string>>): choices is readonly string[] {
  return Array.isArray(choices);
}

/** A text with a unit, such as "5ms". */
export function measured(unit: UnitName, options: FieldOptions<string> & { positive?: true }): TUnsafe<string> {
  return Type.Unsafe({ type: 'string', unit, pattern: unitPattern(unit), ...options });
}

/** A Kubernetes quantity, or a share: a text or a plain number. */
export function quantity(
  unit: 'cpu' | 'memory' | 'quantity' | 'delay' | 'share',
  options: FieldOptions<string | number> & { positive?: true },
): TUnsafe<string | number> {
  return Type.Unsafe({ type: ['string', 'number'], unit, pattern: unitPattern(unit), ...options });
}

const DNS_LABEL = '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$';
const DNS_LABEL_EXPECTS = "a name of lower-case letters, digits and '-', at most 63 of them, as Kubernetes has it";

/** A name that Kubernetes accepts for an object (a DNS-1123 label). */
export function dnsName(options: FieldOptions<string>): TUnsafe<string> {
  return text({ pattern: DNS_LABEL, expects: DNS_LABEL_EXPECTS, ...options });
}

/** What the keys of a map of named things must look like. */
export const dnsKeys = { pattern: DNS_LABEL, expects: DNS_LABEL_EXPECTS };
