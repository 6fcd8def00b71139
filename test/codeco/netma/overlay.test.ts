import { expect, test } from 'vitest';
import { scenarioFromObject } from '../../../src/scenario/index.ts';
import { codecoApp, run } from '../../worlds.ts';

test.each([
  ['without overlays calls get through at once', undefined, 0],
  ['until the overlay is there, calls between the clusters fail', '10s', 10],
  ['an overlay that takes no time keeps nobody waiting', '0s', 0],
])('%s', (_, setUp, lostS) => {
  const podspec = (name: string) => ({ nodeSelector: { 'kubernetes.io/hostname': name } });
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'overlay' },
    spec: {
      duration: '60s',
      warmup: '3s',
      infrastructure: {
        nodeClasses: { box: { cpu: 4, memory: '8Gi' } },
        clusters: ['one', 'two'].map((name) => ({ name, nodes: [{ class: 'box', name: `${name}-1` }] })),
        links: [{ name: 'line', from: 'one', to: 'two', bandwidth: '1Gbit/s', latency: '1ms' }],
        access: { at: [{ x: '0m', y: '0m' }], uplink: { to: 'one', bandwidth: '1Gbit/s', latency: '1ms' } },
      },
      users: [
        { at: { x: '1m', y: '0m' }, requests: { app: 'shop', to: 'front', rate: '10/s', arrivals: 'periodic' } },
        {
          name: 'others',
          at: { x: '1m', y: '0m' },
          requests: { app: 'shop', to: 'store', rate: '10/s', arrivals: 'periodic' },
        },
      ],
      apps: [{ codecoApp: 'shop' }],
      orchestration: { podStartup: '2s', netma: setUp === undefined ? {} : { overlay: { setUp } } },
    },
  };
  const shop = codecoApp('shop', {
    front: { calls: ['store'], podspec: podspec('one-1') },
    store: { podspec: podspec('two-1') },
  });
  const { outcomes } = run(scenarioFromObject(scenario, { codecoApps: [shop] }).world);
  // both serve from 2 s on; of what is sent after 3 s, calls of `front` fail until 2 s + set-up; users call `store` all the time
  const expected = lostS === 0 ? 0 : 10 * (lostS + 2 - 3);
  expect(Math.abs(outcomes['no-endpoint']! - expected)).toBeLessThanOrEqual(1);
  expect(Math.abs(outcomes['ok']! - (2 * 10 * 57 - expected))).toBeLessThanOrEqual(4);
});
