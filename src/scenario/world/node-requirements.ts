import type { LabelSelector, NodeSelectorRequirement, PodSpec } from '../../model/index.ts';

/** A node as its requirements see it. */
interface Labelled {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What is wrong with a requirement by itself. Source: Kubernetes, pkg/apis/core/validation, ValidateNodeSelectorRequirement. */
export function requirementMistake({ operator, values = [] }: NodeSelectorRequirement): string | undefined {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length === 0 ? `${operator} without values` : undefined;
    case 'Exists':
    case 'DoesNotExist':
      return values.length > 0 ? `${operator} with values` : undefined;
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) return `${operator} with ${values.length} values`;
      return /^[+-]?\d+$/.test(values[0]!) ? undefined : `${operator} with a value that is no whole number`;
  }
}

/** Why no node at all can meet requirements that must all hold; undefined where one could. */
export function contradiction(requirements: readonly NodeSelectorRequirement[]): string | undefined {
  const byKey = new Map<string, NodeSelectorRequirement[]>();
  for (const requirement of requirements)
    byKey.set(requirement.key, [...(byKey.get(requirement.key) ?? []), requirement]);
  for (const [key, all] of byKey) {
    const isNeeded = all.some(({ operator }) => ['In', 'Exists', 'Gt', 'Lt'].includes(operator));
    if (isNeeded && all.some(({ operator }) => operator === 'DoesNotExist'))
      return `${key} must be there, and must not`;
    const listed = all.filter(({ operator }) => operator === 'In').map(({ values = [] }) => values);
    if (listed.length > 0) {
      const possible = listed[0]!.filter((value) => all.every((each) => meetsValue(each, value)));
      if (possible.length === 0) return `no value of ${key} meets all that is said of it`;
    }
    const above = all.filter(({ operator }) => operator === 'Gt').map(({ values = [] }) => BigInt(values[0]!));
    const below = all.filter(({ operator }) => operator === 'Lt').map(({ values = [] }) => BigInt(values[0]!));
    if (above.some((low) => below.some((high) => low + 1n >= high)))
      return `no value of ${key} lies between its bounds`;
  }
  return undefined;
}

/** Whether a node has what a pod requires of it, by node selector and required affinity. */
export function meetsRequirements(spec: PodSpec, { name, labels }: Labelled): boolean {
  if (Object.entries(spec.nodeSelector ?? {}).some(([key, value]) => labels[key] !== value)) return false;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined) return true;
  return terms.some(({ matchExpressions = [], matchFields = [] }) => {
    if (matchExpressions.length + matchFields.length === 0) return false;
    return (
      matchExpressions.every((each) => meetsValue(each, labels[each.key])) &&
      matchFields.every((each) => meetsValue(each, each.key === 'metadata.name' ? name : undefined))
    );
  });
}

/** Whether labels are what a selector is about. An empty one is about all. */
export function matchesSelector(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Readonly<Record<string, string>>,
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every((each) => meetsValue(each, labels[each.key]))
  );
}

function meetsValue({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt':
      if (value === undefined || !/^[+-]?\d+$/.test(value)) return false;
      return operator === 'Gt' ? BigInt(value) > BigInt(values[0]!) : BigInt(value) < BigInt(values[0]!);
  }
}
