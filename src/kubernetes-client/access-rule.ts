/** A right that a call needs, as a rule of a Role (RBAC) names it. */
export interface AccessRule {
  /** Empty for the core group. */
  readonly apiGroup: string;
  /** Plural, with a subresource if need be: `pods/log`. */
  readonly resource: string;
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
}

/** The rules as they stand in a Role, verbs of the same resource together. */
export function roleRules(rules: readonly AccessRule[]): string {
  const verbs = new Map<string, Set<string>>();
  for (const { apiGroup, resource, verb } of rules) {
    const key = `{ apiGroups: ["${apiGroup}"], resources: ["${resource}"]`;
    verbs.set(key, (verbs.get(key) ?? new Set()).add(verb));
  }
  return [...verbs].map(([key, of]) => `  - ${key}, verbs: [${[...of].join(', ')}] }`).join('\n');
}
