import { Recorder } from '../src/results/index.ts';
import { scenarioFromObject } from '../src/scenario/index.ts';
import { runSimulation, type SimulationOptions, type SimulationResult } from '../src/simulation.ts';
import type { World } from '../src/model/index.ts';

/** A CodecoApp of services that call each other; each container asks for what `resources` says. */
export function codecoApp(
  name: string,
  services: Record<string, { calls?: readonly string[]; resources?: object; podspec?: object }>,
): object {
  return {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { name },
    spec: {
      appName: name,
      'codecoapp-msspec': Object.entries(services).map(
        ([serviceName, { calls = [], resources = {}, podspec = {} }]) => ({
          serviceName,
          podspec: { containers: [{ name: serviceName, image: 'registry.example/service:1', resources }], ...podspec },
          serviceChannels: calls.map((to) => ({
            channelName: to,
            otherService: { appName: name, serviceName: to, port: 80 },
            serviceClass: 'BESTEFFORT',
          })),
        }),
      ),
    },
  };
}

/** One node, one access point on it, one user beside it; the network takes next to no time. */
export function oneNode(spec: {
  cpu: number | string;
  seed?: number;
  duration: string;
  rate: string;
  arrivals?: 'poisson' | 'periodic';
  /** More of what users say of their requests, and of the access point. */
  requests?: object;
  access?: object;
  behaviour: object;
  power?: object;
  speed?: number;
  resources?: object;
  sample?: number;
  faults?: readonly object[];
}): World {
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'one-node' },
    spec: {
      seed: spec.seed ?? 1,
      duration: spec.duration,
      warmup: '10s',
      infrastructure: {
        nodeClasses: {
          only: {
            cpu: spec.cpu,
            memory: '64Gi',
            speed: spec.speed ?? 1,
            ...(spec.power === undefined ? {} : { power: spec.power }),
          },
        },
        clusters: [{ name: 'only', nodes: [{ class: 'only', name: 'n', at: { x: '0m', y: '0m' } }] }],
        access: { technology: 'wifi', duplex: 'full', bandwidth: '1000Gbit/s', latency: '0s', ...spec.access },
      },
      users: [
        {
          at: { x: '1m', y: '0m' },
          requests: {
            app: 'queue',
            to: 'server',
            rate: spec.rate,
            arrivals: spec.arrivals ?? 'poisson',
            ...spec.requests,
          },
        },
      ],
      apps: [{ codecoApp: 'queue', behaviour: { server: { request: '1B', response: '1B', ...spec.behaviour } } }],
      orchestration: { podStartup: '1s' },
      faults: spec.faults ?? [],
      results: { requests: { sample: spec.sample ?? 0 }, sampleInterval: '1h' },
    },
  };
  return scenarioFromObject(scenario, {
    codecoApps: [codecoApp('queue', { server: { resources: spec.resources ?? {} } })],
  }).world;
}

/** Runs a world without a disk. */
export function run(world: World, options: SimulationOptions = {}): SimulationResult & { digest: string } {
  const header = {
    name: world.name,
    scenario: { file: 'test', hash: '0'.repeat(64) },
    seed: world.seed,
    version: '0.0.0',
  };
  const recorder = new Recorder(undefined, header);
  const result = runSimulation(world, recorder, options);
  const { digest } = recorder.close({ trail: result.kernel.trail, measures: result.measures });
  return { ...result, digest };
}
