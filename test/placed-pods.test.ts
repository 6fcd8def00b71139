import { expect, test } from 'vitest';
import { simulate } from '../src/simulate.ts';

const codecoApp = {
  apiVersion: 'codeco.he-codeco.eu/v1alpha1',
  kind: 'CodecoApp',
  metadata: { name: 'shop' },
  spec: {
    appName: 'shop',
    'codecoapp-msspec': [
      { serviceName: 'front', podspec: { containers: [{ name: 'front', resources: { requests: { cpu: '100m' } } }] } },
    ],
  },
};

function placement(placed: object, spec: object = {}): string[] {
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'placed' },
    spec: {
      duration: '12m',
      infrastructure: {
        nodeClasses: { server: { cpu: 4, memory: '8Gi' } },
        clusters: [{ name: 'edge', nodes: [{ class: 'server', count: 3, name: 'n{i}' }] }],
      },
      apps: [{ codecoApp: 'shop', behaviour: { front: { replicas: 4 } }, placed }],
      ...spec,
    },
  };
  return simulate(scenario, { codecoApps: [codecoApp] })
    .placement.map(({ node = 'nowhere' }) => node)
    .toSorted((a, b) => a.localeCompare(b));
}

test('pods that have their place are there, where no scheduler would put them; the rest is scheduled', () => {
  const nodes = placement({ front: ['n3', 'n3', 'n3'] });
  expect(nodes.filter((node) => node === 'n3')).toHaveLength(3);
  // kube-scheduler spreads pods of one service: the fourth goes to an empty node
  expect(nodes.some((node) => node === 'n1' || node === 'n2')).toBe(true);
});

test('a cordoned node keeps them; what is made anew for them is scheduled', () => {
  const cordoned = placement({ front: ['n1', 'n1', 'n1', 'n1'] }, { maintenance: [{ at: '0s', cordon: 'n1' }] });
  expect(cordoned).toEqual(['n1', 'n1', 'n1', 'n1']);
  // evicted 40 s + 300 s after the crash
  const crashed = placement({ front: ['n1', 'n1', 'n1', 'n1'] }, { faults: [{ at: '10s', crash: 'n1' }] });
  expect(crashed).toHaveLength(4);
  expect(crashed).not.toContain('n1');
});
