import { expect, test } from 'vitest';
import { scenarioFromObject } from '../../src/scenario/index.ts';

const codecoApp = {
  apiVersion: 'codeco.he-codeco.eu/v1alpha1',
  kind: 'CodecoApp',
  metadata: { name: 'shop' },
  spec: { 'codecoapp-msspec': [{ serviceName: 'front', podspec: { containers: [{ name: 'front' }] } }] },
};

/** One node and its access point, four users for 100 s. */
function load({ rate = '1/s', sampleInterval = '1s' }: { rate?: string; sampleInterval?: string }) {
  const spec = {
    duration: '100s',
    infrastructure: {
      nodeClasses: { edge: { cpu: 4, memory: '8Gi' } },
      clusters: [{ name: 'a', nodes: [{ class: 'edge', at: { x: '0m', y: '0m' } }] }],
      access: { technology: 'nr' },
    },
    users: [{ count: 4, at: { x: '0m', y: '1m' }, requests: { app: 'shop', to: 'front', rate } }],
    apps: [{ codecoApp: 'shop' }],
    results: { sampleInterval },
  };
  const scenario = { apiVersion: 'codeco-sim/v1', kind: 'Scenario', metadata: { name: 'x' }, spec };
  return scenarioFromObject(scenario, { codecoApps: [codecoApp] });
}

test('more than 100 million rows of samples are refused, and the interval that is advised is accepted', () => {
  let message = '';
  try {
    load({ sampleInterval: '1us' });
  } catch (error) {
    message = (error as Error).message;
  }
  const { world } = load({});
  const perSample = world.nodes.length + 2 * world.links.length + 2 * world.accessPoints.length;
  expect(message).toContain(`${1e8 * perSample} rows of samples`);
  const advised = /an interval of (\S+) or longer/.exec(message)![1]!;
  expect(100e9 / load({ sampleInterval: advised }).world.recording.sampleIntervalNs).toBeLessThanOrEqual(
    1e8 / perSample,
  );
});

test.each([
  ['250000/s', []],
  ['250001/s', ['about 100000400 requests in all: the run will take long']],
  ['25000000/s', ['about 10000000000 requests in all: the run will take long']],
])('four users at %s for 100 s: warnings %j', (rate, warnings) => {
  expect(load({ rate }).warnings.map(({ found }) => found)).toEqual(warnings);
});

test('more than 10 billion expected requests are refused', () => {
  expect(() => load({ rate: '25000001/s' })).toThrow(
    /about 10000000400 requests in all\n +expected at most 10000000000/,
  );
});
