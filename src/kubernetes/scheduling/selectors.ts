import type { LabelSelector, NodeSelectorRequirement, NodeSelectorTerm, PodSpec } from '../../model/index.ts';

export type Labels = ReadonlyMap<string, string>;

/** A set of labels as a map, which, unlike an object, has no inherited keys. */
export function toLabels(labels: Readonly<Record<string, string>> | undefined): Labels {
  return new Map(Object.entries(labels ?? {}));
}

export interface Selector {
  matches(labels: Labels): boolean;
  /** Whether it has no requirement at all, and so matches everything. */
  readonly empty: boolean;
  /** Equal for equal selectors. */
  readonly key: string;
}

type Requirement = (labels: Labels) => boolean;

/** Matches nothing: what an absent selector means. */
export const nothing: Selector = { matches: () => false, empty: false, key: 'nothing' };

class Requirements implements Selector {
  readonly empty: boolean;
  readonly key: string;
  readonly #requirements: readonly Requirement[];
  constructor(requirements: readonly NodeSelectorRequirement[]) {
    this.empty = requirements.length === 0;
    this.key = JSON.stringify(
      requirements.map((r) => [r.key, r.operator, [...(r.values ?? [])].sort()].join('\0')).sort(),
    );
    this.#requirements = requirements.map(compileRequirement);
  }
  matches(labels: Labels): boolean {
    for (const requirement of this.#requirements) if (!requirement(labels)) return false;
    return true;
  }
}

/**
 * A label selector with further requirements joined to it: `values` of labels that must be (`in`) or must not be
 * (`notIn`) as given, as matchLabelKeys and mismatchLabelKeys ask for. An absent selector stays `nothing`.
 * Source: apimachinery pkg/apis/meta/v1/helpers.go `LabelSelectorAsSelector`; pkg/registry/core/pod/strategy.go
 * `applyLabelKeysToLabelSelector`.
 * @throws {RangeError} if an operator is unknown or has the wrong number of values
 */
export function compileLabelSelector(
  selector: LabelSelector | undefined,
  joined: readonly NodeSelectorRequirement[] = [],
): Selector {
  if (selector === undefined) return nothing;
  return new Requirements([...labelSelectorRequirements(selector), ...joined]);
}

/** The requirements that a label selector stands for. */
export function labelSelectorRequirements(selector: LabelSelector): readonly NodeSelectorRequirement[] {
  return [...equalities(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? [])];
}

/** One requirement for each label: the form of a node selector and of a Service's selector. */
export function equalities(labels: Readonly<Record<string, string>>): readonly NodeSelectorRequirement[] {
  return Object.entries(labels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
}

/** A selector of requirements that must all hold. */
export function compileRequirements(requirements: readonly NodeSelectorRequirement[]): Selector {
  return new Requirements(requirements);
}

/** Requirements on a node's labels and name, all of which must hold. */
export interface NodeTerm {
  matches(labels: Labels, name: string): boolean;
}

/**
 * A term of node affinity; undefined for an empty one, which selects no node.
 * Source: component-helpers scheduling/corev1/nodeaffinity/nodeaffinity.go.
 * @throws {RangeError} if an operator is unknown or has the wrong number of values
 */
export function compileNodeTerm(term: NodeSelectorTerm): NodeTerm | undefined {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return undefined;
  const onLabels = compileRequirements(expressions);
  for (const { key, operator, values } of fields) {
    if (key !== 'metadata.name') throw new RangeError(`matchFields: found key '${key}', expected metadata.name`);
    if ((operator !== 'In' && operator !== 'NotIn') || values?.length !== 1) {
      throw new RangeError(
        `matchFields: found operator ${operator} with ${values?.length ?? 0} values, expected In or NotIn with one`,
      );
    }
  }
  return {
    matches: (labels, name) =>
      onLabels.matches(labels) && fields.every((field) => (field.values?.[0] === name) === (field.operator === 'In')),
  };
}

/** What a pod requires of its node's labels and name, by node selector and by required node affinity. */
export interface RequiredNodeAffinity {
  matches(labels: Labels, name: string): boolean;
  /** Where only nodes of these names can match: every term names its node. */
  readonly nodeNames: ReadonlySet<string> | undefined;
}

/** Undefined where the pod requires nothing. */
export function compileRequiredNodeAffinity(spec: PodSpec): RequiredNodeAffinity | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined && spec.nodeSelector === undefined) return undefined;
  const selector = compileRequirements(equalities(spec.nodeSelector ?? {}));
  const terms = required?.nodeSelectorTerms.map(compileNodeTerm).filter((term) => term !== undefined);
  return {
    matches: (labels, name) =>
      selector.matches(labels) && (terms === undefined || terms.some((term) => term.matches(labels, name))),
    nodeNames: required === undefined ? undefined : namedNodes(required.nodeSelectorTerms),
  };
}

/** Source: pkg/scheduler/framework/plugins/nodeaffinity/node_affinity.go `PreFilter`. */
function namedNodes(terms: readonly NodeSelectorTerm[]): ReadonlySet<string> | undefined {
  if (terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const term of terms) {
    let ofTerm: string[] | undefined;
    for (const { key, operator, values } of term.matchFields ?? []) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      ofTerm = ofTerm === undefined ? [...(values ?? [])] : ofTerm.filter((name) => values?.includes(name));
    }
    if (ofTerm === undefined) return undefined;
    for (const name of ofTerm) names.add(name);
  }
  return names;
}

function compileRequirement({ key, operator, values = [] }: NodeSelectorRequirement): Requirement {
  switch (operator) {
    case 'In': {
      countValues(key, operator, values.length, 1, Infinity);
      const [only] = values;
      if (values.length === 1) return (labels) => labels.get(key) === only;
      return (labels) => {
        const value = labels.get(key);
        return value !== undefined && values.includes(value);
      };
    }
    case 'NotIn':
      countValues(key, operator, values.length, 1, Infinity);
      return (labels) => {
        const value = labels.get(key);
        return value === undefined || !values.includes(value);
      };
    case 'Exists':
      countValues(key, operator, values.length, 0, 0);
      return (labels) => labels.has(key);
    case 'DoesNotExist':
      countValues(key, operator, values.length, 0, 0);
      return (labels) => !labels.has(key);
    case 'Gt':
    case 'Lt': {
      countValues(key, operator, values.length, 1, 1);
      const bound = parseInt64(values[0] as string);
      return (labels) => {
        const value = labels.get(key);
        const number = value === undefined ? undefined : parseInt64(value);
        if (number === undefined || bound === undefined) return false;
        return operator === 'Gt' ? number > bound : number < bound;
      };
    }
    default:
      throw new RangeError(
        `requirement on '${key}': found operator '${String(operator)}', expected In, NotIn, Exists, DoesNotExist, Gt or Lt`,
      );
  }
}

function countValues(key: string, operator: string, found: number, least: number, most: number): void {
  if (found >= least && found <= most) return;
  const expected = most === 0 ? 'none' : most === 1 ? 'one' : 'one or more';
  throw new RangeError(`requirement on '${key}': found ${found} values, ${operator} expects ${expected}`);
}

/** As Go's strconv.ParseInt(text, 10, 64); undefined where it fails. */
function parseInt64(text: string): bigint | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const number = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, number) === number ? number : undefined;
}
