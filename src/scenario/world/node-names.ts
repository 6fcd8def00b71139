import { nearest } from '../nearest.ts';
import type { Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import type { Placed } from './positions.ts';

const nodeName = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;

/**
 * Names of the nodes of an entry from its template. `{i}` counts from 1, over the whole scenario, what the rest of the
 * template names alike, so that two entries of a class do not collide.
 * @param nextNumber the count so far by the rest of the template; updated
 */
export function nameNodes(
  build: Build,
  nodes: { readonly name: string; readonly class: string },
  cluster: string,
  count: number,
  placed: Placed | undefined,
  nextNumber: Map<string, number>,
  path: Path,
): string[] | undefined {
  const parts = nodes.name.split(/\{([^{}]*)\}/);
  const columns = placed?.columns ?? [];
  const known = ['i', 'cluster', 'class', ...columns];
  const unknown = parts.find((part, index) => index % 2 === 1 && !known.includes(part));
  if (unknown !== undefined) {
    build.problem(path, `unknown placeholder {${unknown}}`, {
      expected: `one of ${known.map((name) => `{${name}}`).join(', ')}`,
      nearest: () => {
        const near = nearest(unknown, known);
        return near === undefined ? undefined : `{${near}}`;
      },
    });
    return undefined;
  }
  const names: string[] = [];
  for (let index = 0; index < count; index++) {
    const fields = placed?.fields(index) ?? [];
    const filled = parts.map((part, place) => {
      if (place % 2 === 0) return part;
      if (part === 'i') return '{i}';
      if (part === 'cluster') return cluster;
      return part === 'class' ? nodes.class : asName(fields[columns.indexOf(part)] ?? '');
    });
    const template = filled.join('');
    const number = nextNumber.get(template) ?? 1;
    nextNumber.set(template, number + 1);
    const name = template.replaceAll('{i}', String(number));
    if (!nodeName.test(name)) {
      build.problem(path, `it makes ${quote(name)}, which is no name of a node`, {
        expected: "lower-case letters, digits, '-' and '.', as Kubernetes has it",
      });
      return undefined;
    }
    if (number > 1 && !nodes.name.includes('{i}')) {
      build.problem(path, `it makes ${quote(name)} more than once`, { expected: 'a name with {i} in it' });
      return undefined;
    }
    names.push(name);
  }
  return names;
}

/** A field of a table as a part of a name: "Site 12/B" becomes "site-12-b". */
function asName(field: string): string {
  return field
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '');
}
