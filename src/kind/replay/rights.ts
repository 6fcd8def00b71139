import type { AccessRule, Cluster } from '../../kubernetes-client/index.ts';
import { ClusterError } from '../cluster-error.ts';
import type { ReplayPlan } from '../replay-plan.ts';
import type { ReplayStep } from '../replay-step.ts';

/** What `SelfSubjectAccessReview` is asked for, a right at a time. */
const rules = (apiGroup: string, resource: string, ...verbs: readonly AccessRule['verb'][]): AccessRule[] =>
  verbs.map((verb) => ({ apiGroup, resource, verb }));

/** What every replay needs, whatever it applies: the nodes, and what becomes of its pods. */
export const baseRights: readonly AccessRule[] = [
  ...rules('', 'nodes', 'get', 'list', 'watch'),
  ...rules('', 'pods', 'get', 'list', 'watch', 'delete'),
  ...rules('', 'events', 'list', 'watch'),
  ...rules('apps', 'deployments', 'list', 'watch'),
];

/** All rights that a replay needs, those of the objects that it applies among them. Each once, in a fixed order. */
export function rightsOf({ steps }: Pick<ReplayPlan, 'steps'>): AccessRule[] {
  const applied = steps.flatMap((step) => (step.does === 'apply' ? step.objects : []));
  const all = [
    ...baseRights,
    ...applied.flatMap((object) => {
      const { apiVersion, kind } = object as { apiVersion: string; kind: string };
      // server-side apply makes an object by a patch, and needs the right to create as well
      return rules(groupOf(apiVersion), pluralOf(kind), 'get', 'create', 'patch', 'delete');
    }),
    ...(steps.some(({ does }) => does === 'bind') ? rules('', 'pods/binding', 'create') : []),
    ...(steps.some((step) => step.does === 'scale' && step.going.length > 0) ? rules('', 'pods', 'patch') : []),
    ...(steps.some(marksNode) ? rules('', 'nodes', 'patch') : []),
  ];
  return [...new Map(all.map((rule) => [`${rule.apiGroup}/${rule.resource} ${rule.verb}`, rule])).values()];
}

const marksNode = (step: ReplayStep): boolean =>
  step.does === 'cordon' || step.does === 'taint' || step.does === 'return';

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion.split('/')[0]! : '');

/** The resource of a kind, as Kubernetes guesses it. Source: apimachinery, pkg/api/meta/restmapper.go, UnsafeGuessKindToResource. */
function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular === 'endpoints') return singular;
  if (singular.endsWith('s')) return `${singular}es`;
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}

/** A ClusterRole with the rights, to be bound to whoever replays. */
export function clusterRole(needed: readonly AccessRule[]): object {
  const byResource = new Map<string, { apiGroups: string[]; resources: string[]; verbs: string[] }>();
  for (const { apiGroup, resource, verb } of needed) {
    const key = `${apiGroup}/${resource}`;
    const rule = byResource.get(key) ?? { apiGroups: [apiGroup], resources: [resource], verbs: [] };
    byResource.set(key, { ...rule, verbs: [...rule.verbs, verb] });
  }
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'codeco-sim-replay' },
    rules: [...byResource.values()],
  };
}

/**
 * Asks the cluster whether the user has all rights, by SelfSubjectAccessReview, which every user may make.
 * @throws {ClusterError} naming each that is missing
 */
export async function demandRights(cluster: Cluster, needed: readonly AccessRule[]): Promise<void> {
  const authorization = cluster.api(cluster.library.AuthorizationV1Api);
  const missing: string[] = [];
  for (const { apiGroup, resource: path, verb } of needed) {
    const [resource, subresource] = path.split('/') as [string, string?];
    const resourceAttributes = {
      group: apiGroup,
      resource,
      verb,
      ...(subresource === undefined ? {} : { subresource }),
    };
    const { status } = await cluster.call(`ask for the right to ${verb} ${path}`, 'create', () =>
      authorization.createSelfSubjectAccessReview({
        body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } },
      }),
    );
    if (status?.allowed !== true) missing.push(`${verb} ${apiGroup === '' ? path : `${path}.${apiGroup}`}`);
  }
  if (missing.length === 0) return;
  throw new ClusterError(
    `the user of the context ${cluster.context} (${cluster.server}) lacks rights that the replay needs:\n` +
      missing.map((right) => `  ${right}\n`).join('') +
      `nothing was made. codeco-sim kind replay SCENARIO --print-rbac prints a ClusterRole with all of them`,
  );
}
