import { describe, expect, test } from 'vitest';
import { compliance, freshness, portability } from '../../../src/codeco/mdm/index.ts';
import type { AppId, NodeId } from '../../../src/model/index.ts';
import { app, twoClusters } from '../governance/governed.ts';

test.each([
  ['data of this moment', [0], 1],
  ['data of one half-life', [60e9], 0.5],
  ['data of three half-lives', [180e9], 0.125],
  ['the mean over datasets, one of which has no copy in the cluster: (1 + 1/2 + 0) / 3', [0, 60e9, undefined], 0.5],
  ['an application that reads nothing', [], 1],
])('freshness of %s', (_, agesNs, expected) => {
  expect(freshness(agesNs, 60e9)).toBeCloseTo(expected, 12);
});

test.each([
  ['all fit', [{ cpuMillicores: 1000, memoryBytes: 10 }], 1],
  ['exactly what is free fits', [{ cpuMillicores: 2000, memoryBytes: 100 }], 1],
  [
    'one of two has too little memory',
    [
      { cpuMillicores: 1, memoryBytes: 101 },
      { cpuMillicores: 1, memoryBytes: 1 },
    ],
    0.5,
  ],
  ['too little CPU', [{ cpuMillicores: 2001, memoryBytes: 1 }], 0],
  ['no services', [], 1],
])('portability: %s', (_, asked, expected) => {
  expect(portability(asked, { cpuMillicores: 2000, memoryBytes: 100 })).toBe(expected);
});

describe('compliance is the share of what is asked that a node keeps to', () => {
  const world = twoClusters(
    {
      complianceClasses: { local: { clusters: ['west'] }, anywhere: { clusters: ['hub', 'west'] } },
      datasets: [
        { name: 'people', at: 'west', size: '1MB', complianceClass: 'local' },
        { name: 'weather', at: 'hub', size: '1MB', complianceClass: 'anywhere' },
        { name: 'free', at: 'hub', size: '1MB' },
      ],
      apps: [
        {
          codecoApp: 'shop',
          behaviour: {
            front: { reads: [{ dataset: 'people' }, { dataset: 'free' }], writes: [{ dataset: 'people' }] },
            store: { reads: [{ dataset: 'weather' }] },
          },
        },
        { codecoApp: 'plain' },
      ],
    },
    [app('shop', ['front', 'store'], { securityClass: 'Good' }), app('plain', ['front'])],
  );
  const of = (name: string, node: string) =>
    compliance(
      world,
      world.apps.findIndex((each) => each.name === name) as AppId,
      world.nodes.findIndex((each) => each.name === node) as NodeId,
    );
  test.each([
    // asked: security Good, `people` in west, `weather` in hub or west
    ['shop', 'west-1', 1],
    ['shop', 'hub-1', 1 / 3],
    ['plain', 'hub-1', 1],
  ])('%s on %s: %f', (name, node, expected) => {
    expect(of(name, node)).toBeCloseTo(expected, 12);
  });
});
