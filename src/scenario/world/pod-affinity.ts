import type { App, PodAffinityTerm, Service } from '../../model/index.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import { matchesSelector } from './node-requirements.ts';

/** Pods of one service, as affinity terms see them. */
interface Kind {
  readonly service: Service;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly terms: readonly PodAffinityTerm[];
}

/**
 * Warns of pods that can never be placed, since they require others near them that are never there first: in a circle, each
 * the other, or nobody at all. A pod that requires its own like may be the first of them, as kube-scheduler allows.
 * Source: pkg/scheduler/framework/plugins/interpodaffinity/filtering.go, satisfyPodAffinity.
 */
export function warnOfImpossibleAffinity(build: Build, apps: readonly App[], services: readonly Service[]): void {
  const kinds = services.map((service): Kind => {
    const app = apps[service.app]!;
    return {
      service,
      name: `${app.name}/${service.name}`,
      namespace: service.workload?.namespace ?? app.namespace,
      labels: service.workload?.labels ?? { app: app.name, serviceName: service.name },
      terms: service.podSpec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [],
    };
  });
  if (kinds.every(({ terms }) => terms.length === 0)) return;
  const placed = new Set<Kind>();
  for (let before = -1; before < placed.size;) {
    before = placed.size;
    for (const kind of kinds) if (!placed.has(kind) && isPossible(kind, placed)) placed.add(kind);
  }
  for (const kind of kinds) {
    if (placed.has(kind)) continue;
    const path = ['spec', 'apps', kind.service.app];
    const awaited = kinds.filter((other) => kind.terms.some((term) => speaksAbout(term, kind, other)));
    const found =
      awaited.length === 0
        ? `the pods of ${quote(kind.name)} require pods near them that there are none of (podAffinity): they stay pending`
        : `the pods of ${quote(kind.name)} require those of ${awaited.map(({ name }) => quote(name)).join(', ')} near them ` +
          'before they are there, and these wait in turn (circular podAffinity): they stay pending';
    build.warn(path, found);
  }
}

/** Whether the pods can be placed once others are. */
function isPossible(kind: Kind, placed: ReadonlySet<Kind>): boolean {
  if (kind.terms.every((term) => speaksAbout(term, kind, kind))) return true;
  return kind.terms.every((term) => [...placed].some((other) => speaksAbout(term, kind, other)));
}

function speaksAbout(term: PodAffinityTerm, owner: Kind, other: Kind): boolean {
  const { namespaces = [], namespaceSelector } = term;
  const isOwn = namespaces.length === 0 && namespaceSelector === undefined;
  // which namespaces have the labels of a selector is not looked at: it may be this one
  const inNamespace = isOwn ? other.namespace === owner.namespace : namespaces.includes(other.namespace);
  if (!inNamespace && namespaceSelector === undefined) return false;
  return term.labelSelector !== undefined && matchesSelector(term.labelSelector, other.labels);
}
