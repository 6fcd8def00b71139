// A federation of 50 clusters with 100 nodes each and 500 applications, one simulated hour with every component of CODECO:
// ACM, probes (NetMA), SWM, learning with exchanged models, policies, leases and bids, and users who send requests.
import { fileURLToPath } from 'node:url';
import { simulate } from '../../dist/index.js';
import { inChild, printTable } from './measure.mjs';

const CITIES = 5;

/** Clusters on rings of ten about a city's switch each, the cities joined to a hub; users of each application near one cluster. */
export function scenario({ clusters, nodes, apps, minutes }) {
  const place = (cluster) => ({ x: `${(cluster % 10) * 5}km`, y: `${Math.floor(cluster / 10) * 5}km` });
  const cluster = (number) => `edge-${number}`;
  const city = (number) => `city-${number % CITIES}`;
  const app = (number) => `app-${number}`;
  const service = (serviceName, serviceChannels) => ({
    serviceName,
    podspec: {
      containers: [
        {
          name: serviceName,
          image: 'registry.example/service:1',
          resources: { requests: { cpu: '500m', memory: '256Mi' } },
        },
      ],
    },
    serviceChannels,
  });
  const all = (count, make) => Array.from({ length: count }, (_, number) => make(number));
  return {
    codecoApps: all(apps, (number) => ({
      apiVersion: 'codeco.he-codeco.eu/v1alpha1',
      kind: 'CodecoApp',
      metadata: { name: app(number) },
      spec: {
        appName: app(number),
        'codecoapp-msspec': [
          service('api', [
            {
              channelName: 'query',
              otherService: { appName: app(number), serviceName: 'store' },
              advancedChannelSettings: { minBandwidth: '1M', maxDelay: '50e-3' },
            },
          ]),
          service('store', []),
        ],
      },
    })),
    scenario: {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'federation' },
      spec: {
        seed: 1,
        duration: `${minutes}m`,
        infrastructure: {
          nodeClasses: {
            edge: { cpu: 4, memory: '16Gi', power: { idle: '20W', peak: '65W' } },
            vm: { cpu: 16, memory: '64Gi', power: { idle: '90W', peak: '260W' } },
          },
          clusters: [
            { name: 'hub', role: 'hub', provider: 'cloud-a', nodes: [{ class: 'vm', count: 4 }] },
            ...all(clusters, (number) => ({
              name: cluster(number),
              provider: `provider-${number % 3}`,
              at: place(number),
              nodes: [{ class: 'edge', count: nodes }],
            })),
          ],
          switches: all(CITIES, (number) => ({ name: city(number) })),
          links: [
            ...all(CITIES, (number) => ({ from: city(number), to: 'hub', bandwidth: '10Gbit/s', latency: '12ms' })),
            ...all(clusters, (number) => ({
              from: cluster(number),
              to: city(number),
              bandwidth: '10Gbit/s',
              latency: '1ms',
            })),
            ...all(clusters, (number) => ({
              name: `ring-${number}`,
              from: cluster(number),
              to: cluster((number + CITIES) % clusters),
              bandwidth: '1Gbit/s',
              latency: '2ms',
            })).filter(({ from, to }) => from !== to),
          ],
          access: all(clusters, (number) => ({
            name: `cell-${number}`,
            at: place(number),
            technology: 'nr',
            range: '2km',
            uplink: { to: cluster(number), bandwidth: '1Gbit/s' },
          })),
        },
        users: all(apps, (number) => ({
          name: `users-${number}`,
          count: 2,
          at: { uniform: { around: place(number % clusters), radius: '1500m' } },
          requests: { app: app(number), to: 'api', rate: '0.02/s' },
        })),
        apps: all(apps, (number) => ({ codecoApp: app(number), behaviour: { '*': { cpu: '10ms', replicas: 2 } } })),
        policies: [{ name: 'carbon', versions: [{ carbonBudget: { carbon: '100kg', per: '1h' }, mode: 'audit' }] }],
        orchestration: {
          scheduler: 'swm',
          swm: { profile: 'balanced', budget: 100 },
          acm: {},
          netma: {},
          learning: { learner: 'autoregression', exchange: { method: 'gossip' } },
          federation: { governance: 'hybrid' },
        },
        results: { verdicts: false },
      },
    },
  };
}

function runOnce(size) {
  const { scenario: object, codecoApps } = scenario(size);
  const startedNs = process.hrtime.bigint();
  const before = process.cpuUsage();
  const { measures, eventCount } = simulate(object, { codecoApps });
  const { user, system } = process.cpuUsage(before);
  return {
    wallS: Number(process.hrtime.bigint() - startedNs) / 1e9,
    cpuS: (user + system) / 1e6,
    events: eventCount,
    messages: measures.federation_messages,
    requests: measures.requests_sent,
    succeeded: measures.requests_succeeded,
    peakRssMB: process.resourceUsage().maxRSS / 1024,
  };
}

/** One row: what the run took, and what happened in it. */
export async function benchFederation({ smoke = false } = {}) {
  const size = smoke
    ? { clusters: 5, nodes: 10, apps: 20, minutes: 5 }
    : { clusters: 50, nodes: 100, apps: 500, minutes: 60 };
  return [{ ...size, ...(await inChild(import.meta.url, size, 1, 'cpuS')) }];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'child') process.stdout.write(JSON.stringify(runOnce(JSON.parse(process.argv[3]))));
  else printTable(await benchFederation({ smoke: process.argv.includes('--smoke') }));
}
