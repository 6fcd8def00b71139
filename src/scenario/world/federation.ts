import {
  COST_PRIORITIZER,
  parseDuration,
  type ClusterId,
  type FederationSettings,
  type Membership,
} from '../../model/index.ts';
import { nearest } from '../nearest.ts';
import type { Scenario } from '../schema/index.ts';
import { isMap } from '../source.ts';
import type { Apps } from './apps.ts';
import type { Build } from './build.ts';
import type { Infrastructure } from './infrastructure.ts';

/**
 * The settings of a federation; undefined where one control plane serves all clusters.
 * @param changesNodes whether nodes are drained, or join and leave
 */
export function readFederation(
  build: Build,
  { clusters }: Infrastructure,
  apps: Apps,
  changesNodes: boolean,
): FederationSettings | undefined {
  const path = ['spec', 'orchestration', 'federation'];
  const { orchestration } = build.scenario.spec;
  if (!isMap(orchestration) || build.isBroken(...path)) return undefined;
  const { federation } = orchestration;
  if (federation === undefined) return undefined;
  if (federation.governance !== 'decentralized' && !clusters.some(({ role }) => role === 'hub')) {
    build.problem([...path, 'governance'], `${federation.governance} governance without a hub`, {
      expected: 'a cluster with role: hub in spec.infrastructure.clusters, or decentralized governance',
    });
  }
  for (const [index, app] of apps.apps.entries()) {
    if (app.clusters.some((cluster) => clusters[cluster]?.role === 'managed')) continue;
    build.problem(
      ['spec', 'apps', index],
      `no managed cluster may run application ${app.name}: its neighbourhood is empty`,
      {
        expected: 'a cluster with role: managed among its clusters',
      },
    );
  }
  if (apps.services.some(({ lives = [] }) => lives.length > 0)) {
    build.problem(path, 'a federation, and pods that no controller makes', {
      expected: 'applications whose pods have a controller: a CodecoApp, or a manifest of Deployments',
    });
  }
  if (isMap(orchestration.swm) && orchestration.swm.migration !== undefined) {
    build.problem(['spec', 'orchestration', 'swm', 'migration'], 'migration by SWM in a federation', {
      expected: 'one of the two: between clusters of a federation applications move by works',
    });
  }
  if (COST_PRIORITIZER in federation.prioritizers && orchestration.scheduler !== 'swm') {
    build.problem([...path, 'prioritizers', COST_PRIORITIZER], `the cost of clusters without a profile`, {
      expected: 'orchestration.scheduler: swm, whose profile says what nodes cost',
    });
  }
  if (changesNodes) {
    build.problem(path, 'a federation, and nodes that are maintained or join by autoscaling', {
      expected: 'one of the two: control planes of a federation know a fixed set of nodes',
    });
  }
  return {
    governance: federation.governance,
    leaseNs: parseDuration(federation.lease),
    neighbourhoodSize: federation.neighbourhood,
    bidTimeoutNs: parseDuration(federation.bidTimeout),
    members: readMembers(build, clusters, federation.members),
    prioritizers: { Balance: 1, Steady: 1, ...federation.prioritizers },
  };
}

type WrittenMembers = NonNullable<NonNullable<Scenario['spec']['orchestration']>['federation']>['members'];

/** When which clusters are members, by what is said of them and of their providers. */
function readMembers(
  build: Build,
  clusters: Infrastructure['clusters'],
  written: WrittenMembers,
): Map<ClusterId, Membership> {
  const found = new Map<ClusterId, Membership>();
  const managed = [...clusters.entries()].filter(([, { role }]) => role === 'managed');
  for (const [member, path] of build.readable(written, 'spec', 'orchestration', 'federation', 'members')) {
    const { cluster, provider } = member;
    if ((cluster === undefined) === (provider === undefined)) {
      const both = cluster === undefined ? 'neither "cluster" nor "provider"' : 'both "cluster" and "provider"';
      build.entryProblem(path, both, { expected: 'exactly one of them' });
      continue;
    }
    const [field, name] = cluster === undefined ? (['provider', provider!] as const) : (['cluster', cluster] as const);
    const nameOf = ([, of]: (typeof managed)[number]): string => (field === 'cluster' ? of.name : of.provider);
    const named = managed.filter((entry) => nameOf(entry) === name);
    if (named.length === 0) {
      const known = [...new Set(managed.map(nameOf))];
      build.problem(
        [...path, field],
        `no managed cluster ${field === 'cluster' ? 'is named' : 'is of provider'} "${name}"`,
        {
          expected: known.join(', '),
          nearest: () => nearest(name, known),
        },
      );
    }
    const joinsNs = parseDuration(member.joins);
    const leavesNs = member.leaves === undefined ? undefined : parseDuration(member.leaves);
    if (leavesNs !== undefined && leavesNs <= joinsNs) {
      build.problem([...path, 'leaves'], 'a member that leaves before it has joined', {
        expected: `a time after ${member.joins}`,
      });
    }
    for (const [id] of named) {
      if (found.has(id as ClusterId))
        build.problem([...path, field], `${clusters[id]!.name} is a member twice`, {
          expected: 'one entry for each cluster',
        });
      found.set(id as ClusterId, { joinsNs, ...(leavesNs === undefined ? {} : { leavesNs }) });
    }
  }
  return found;
}
