import type { World } from '../../../src/model/index.ts';
import { scenarioFromObject } from '../../../src/scenario/index.ts';
import { codecoApp } from '../../worlds.ts';

/** What an application of one service is, and when it comes. */
export interface EdgeApp {
  readonly name: string;
  readonly at?: string;
  readonly podspec: object;
  readonly behaviour?: object;
}

/**
 * A hub with the registry, and an edge site of `nodes` nodes behind a backhaul of 80 Mbit/s (10 MB/s) and 10 ms; on the
 * links of the nodes 1 Gbit/s and 1 ms. Applications run at the edge alone; pods take 1 s to start.
 */
export function edgeSite(spec: {
  nodes?: number;
  nodeClass?: object;
  images?: object;
  apps: readonly EdgeApp[];
  faults?: readonly object[];
  duration?: string;
  users?: readonly object[];
  orchestration?: object;
}): World {
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'edge-site' },
    spec: {
      duration: spec.duration ?? '10m',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi', ...spec.nodeClass } },
        clusters: [
          { name: 'hub', role: 'hub' },
          {
            name: 'edge',
            network: { bandwidth: '1Gbit/s', latency: '1ms' },
            nodes: [{ class: 'box', count: spec.nodes ?? 1, name: 'edge-{i}' }],
          },
        ],
        links: [{ name: 'backhaul', from: 'hub', to: 'edge', bandwidth: '80Mbit/s', latency: '10ms' }],
        ...(spec.images === undefined ? {} : { images: { registry: 'hub', unpack: '400Mbit/s', ...spec.images } }),
      },
      users: spec.users ?? [],
      apps: spec.apps.map(({ name, at = '0s', behaviour = {} }) => ({
        codecoApp: name,
        at,
        behaviour: { server: behaviour },
      })),
      orchestration: { podStartup: '1s', ...spec.orchestration },
      faults: spec.faults ?? [],
    },
  };
  const codecoApps = spec.apps.map(({ name, podspec }) => codecoApp(name, { server: { podspec } }));
  return scenarioFromObject(scenario, { codecoApps }).world;
}

/** A pod of one container that runs an image. */
export const running = (image: string, more: object = {}): object => ({
  containers: [{ name: 'server', image, ...more }],
});
