import { expect, test } from 'vitest';
import { ExpectationError, parseExpectation } from '../../src/model/index.ts';

test.each([
  ['requests.latency.p95 < 80ms', { kind: 'bound', relation: '<', bound: 80e6 }],
  ['requests.latency.p95<=1.5s', { kind: 'bound', relation: '<=', bound: 1.5e9 }],
  ['requests.failed / requests.sent < 0.1%', { kind: 'bound', relation: '<', bound: 0.001 }],
  ['requests.succeeded / requests.sent >= 0.999', { kind: 'bound', relation: '>=', bound: 0.999 }],
  ['energy.nodes / requests.sent < 2J', { kind: 'bound', bound: 2 }],
  ['energy.nodes < 1.2kWh', { kind: 'bound', bound: 1.2 * 3.6e6 }],
  ['carbon <= 1.2kg', { kind: 'bound', bound: 1200 }],
  ['pods.unschedulable < 1', { kind: 'bound', bound: 1 }],
  [
    'requests.latency.p95 not worse than baseline by more than 5%',
    { kind: 'comparison', isNegated: true, direction: 'worse', margin: 0.05 },
  ],
  [
    'energy.nodes significantly better than baseline',
    { kind: 'comparison', isNegated: false, direction: 'better', margin: 0 },
  ],
  ['requests.sent not different from baseline', { kind: 'comparison', isNegated: true, direction: 'different' }],
])('%s', (text, expected) => {
  expect(parseExpectation(text)).toMatchObject({ text, ...expected });
});

test.each([
  ['', 'is no expectation'],
  ['requests.latency.p95', 'is no expectation'],
  ['requests.latncy.p95 < 80ms', 'unknown measure "requests.latncy.p95"'],
  ['requests.latency.p95 < 80', 'a number without a unit'],
  ['requests.latency.p95 < 80J', 'unknown unit'],
  ['requests.failed < 1%', '"1%" as a bound of requests.failed'],
  ['carbon < 5t', '"5t" is not a mass'],
  ['requests.sent not worse than baseline', 'requests.sent is neither worse nor better'],
  ['carbon not worse than baseline by more than much', '"much" is not a share'],
])('%s: refused', (text, message) => {
  expect(() => parseExpectation(text)).toThrow(ExpectationError);
  expect(() => parseExpectation(text)).toThrow(message);
});
