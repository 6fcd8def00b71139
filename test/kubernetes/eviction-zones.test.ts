import { expect, test } from 'vitest';
import { EvictionZones, zoneOf } from '../../src/kubernetes/eviction-zones.ts';
import type { Nanoseconds } from '../../src/kernel/index.ts';

const seconds = (s: number) => (s * 1e9) as Nanoseconds;
/** kube-controller-manager's. */
const DEFAULTS = { perSecond: 0.1, secondaryPerSecond: 0.01, unhealthyShare: 0.55, largeZoneNodes: 50 };
const health = (zones: Readonly<Record<string, readonly [ready: number, notReady: number]>>) =>
  new Map(Object.entries(zones).map(([zone, [ready, notReady]]) => [zone, { ready, notReady }]));

test('eight nodes fail and return: each is tainted when kube-controller-manager 1.36.3 tainted it', () => {
  // measured on real components: the controller's looks, and when NoExecute taints appeared (each read within 0.2 s)
  const zones = new EvictionZones(DEFAULTS);
  const look = (atS: number, ready: number, notReady: number) =>
    zones.update(health({ z: [ready, notReady] }), seconds(atS));
  const take = (atS: number) => zones.take('z', seconds(atS));
  // one node of eight: at once (17.9 s)
  expect([look(17.9, 7, 1), take(17.9)]).toEqual([false, true]);
  look(32.9, 8, 0);
  // three: 87.9 s, 98.1 s, 108.0 s
  look(87.9, 5, 3);
  expect([take(87.9), take(87.9), zones.nextNs('z') / 1e9]).toEqual([true, false, 97.9]);
  expect([take(97.9), take(107.9)]).toEqual([true, true]);
  // five, which is more than 55 % of a small zone: none of the three others in 30 s
  look(137.9, 3, 5);
  expect([take(137.9), take(160), zones.nextNs('z')]).toEqual([false, false, Infinity]);
  // all: every taint is taken off (167.9 s), and none is put on
  expect([look(167.9, 0, 8), take(167.9), look(172.9, 0, 8)]).toEqual([true, false, false]);
  // five again: none
  expect([look(182.9, 3, 5), zones.nextNs('z')]).toEqual([false, Infinity]);
  // four, from 202.9 s: 213.1 s, 222.9 s, 233.1 s
  look(202.9, 4, 4);
  expect([take(202.9), zones.nextNs('z') / 1e9]).toEqual([false, 212.9]);
  expect([take(212.9), take(222.9), take(232.9)]).toEqual([true, true, true]);
});

test('a large zone most of which is not ready goes on at one node in 100 s; a zone that is down as a whole, at the full rate', () => {
  const zones = new EvictionZones(DEFAULTS);
  expect(zones.update(health({ large: [20, 31], down: [0, 3], well: [3, 0] }), seconds(0))).toBe(false);
  expect([zones.take('large', seconds(0)), zones.nextNs('large') / 1e9]).toEqual([true, 100]);
  expect([zones.take('down', seconds(0)), zones.nextNs('down') / 1e9]).toEqual([true, 10]);
  // 50 nodes are not large
  expect(zones.update(health({ large: [20, 30], down: [0, 3], well: [0, 3] }), seconds(5))).toBe(false);
  expect(zones.nextNs('large') / 1e9).toBe(100);
});

test('two nodes of a zone that are not ready are no disruption', () => {
  const zones = new EvictionZones(DEFAULTS);
  zones.update(health({ z: [1, 2] }), seconds(0));
  expect([zones.take('z', seconds(0)), zones.nextNs('z') / 1e9]).toEqual([true, 10]);
});

test('nodes are of one zone by their region and zone', () => {
  const [a, b] = [{ 'topology.kubernetes.io/zone': 'a' }, { 'topology.kubernetes.io/region': 'a' }];
  expect(new Set([a, b, { ...a, ...b }, {}].map(zoneOf)).size).toBe(4);
});

test('rates and thresholds are the scenario’s', () => {
  const zones = new EvictionZones({ perSecond: 0.5, secondaryPerSecond: 0.2, unhealthyShare: 0.3, largeZoneNodes: 9 });
  zones.update(health({ small: [6, 3], large: [6, 4] }), seconds(1));
  // a third of nine, which is a small zone: none; four of ten, a large one: one at once, and the next 5 s later
  expect([zones.take('small', seconds(1)), zones.nextNs('small')]).toEqual([false, Infinity]);
  expect([zones.take('large', seconds(1)), zones.nextNs('large') / 1e9]).toEqual([true, 6]);
  zones.update(health({ small: [7, 2], large: [8, 2] }), seconds(20));
  expect([zones.nextNs('large') / 1e9, zones.take('large', seconds(20)), zones.nextNs('large') / 1e9]).toEqual([
    20,
    true,
    22,
  ]);
});
