import { Type } from '@sinclair/typebox';

/** A value of the scenario's own format: checked when it is put into the scenario. */
export const anything = (description: string) =>
  Type.Unsafe<unknown>({ type: ['string', 'number', 'boolean', 'object', 'array', 'null'], description });
