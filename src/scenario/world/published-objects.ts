import { isMap } from '../source.ts';

/**
 * Makes of a published object what the API server stores of it: a field that is null is as if it were not there, and an object
 * with a prefix in place of a name gets a name. A server's own ending is five random letters and digits; here it is a number
 * (own design), so that names repeat. A name that is not there after it is what is wrong with the object.
 * Source: Kubernetes, API conventions, "Optional vs. Required"; ObjectMeta, generateName.
 * @param generated how many names have been made of each prefix; counted on
 */
export function asStored(object: Record<string, unknown>, generated: Map<string, number>): void {
  dropNulls(object);
  const { metadata } = object;
  if (!isMap(metadata) || metadata['name'] !== undefined || typeof metadata['generateName'] !== 'string') return;
  const prefix = metadata['generateName'];
  const count = (generated.get(prefix) ?? 0) + 1;
  generated.set(prefix, count);
  (metadata as Record<string, unknown>)['name'] = `${prefix}${count}`;
}

function dropNulls(value: unknown): void {
  if (Array.isArray(value)) return value.forEach(dropNulls);
  if (!isMap(value)) return;
  const map = value as Record<string, unknown>;
  for (const [name, field] of Object.entries(map)) {
    if (field === null) delete map[name];
    else dropNulls(field);
  }
}
