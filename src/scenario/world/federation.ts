import { COST_PRIORITIZER, parseDuration, type FederationSettings } from '../../model/index.ts';
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
    prioritizers: { Balance: 1, Steady: 1, ...federation.prioritizers },
  };
}
