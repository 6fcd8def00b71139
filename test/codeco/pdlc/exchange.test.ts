import { expect, test } from 'vitest';
import { ModelExchange, noiseDeviation, sensitivity, withNoise } from '../../../src/codeco/pdlc/exchange/index.ts';
import { NormalEquations, SharedAutoregression, Autoregression } from '../../../src/codeco/pdlc/forecasting/index.ts';
import { Network } from '../../../src/dynamics/index.ts';
import { Kernel, RandomStream, type Nanoseconds } from '../../../src/kernel/index.ts';
import type {
  Cluster,
  ClusterId,
  ExchangeSettings,
  Link,
  LinkId,
  Medium,
  Vertex,
  VertexId,
} from '../../../src/model/index.ts';

const FEATURES = 4;

/** Three clusters in a star about the first, 10 ms apart, each with samples of a line of its own. */
function clustersWith(settings: Partial<ExchangeSettings> = {}) {
  const kernel = new Kernel({ seed: 1 });
  const world = {
    vertices: ['hub', 'a', 'b'].map((name) => ({ name })) as Vertex[],
    links: [1, 2].map(
      (to) =>
        ({ name: `l${to}`, from: 0, to: to as VertexId, latencyNs: 10e6, forwardMedium: 0, backwardMedium: 1 }) as Link,
    ),
    media: [{ bandwidthBps: 1e9 }, { bandwidthBps: 1e9 }] as Medium[],
    accessPoints: [],
  };
  const network = new Network(kernel, world);
  const clusters = ['hub', 'a', 'b'].map((name, vertex) => ({ name, gateway: vertex as VertexId })) as Cluster[];
  const union = new NormalEquations(FEATURES);
  const models = clusters.map(({ name }, cluster) => {
    const model = new SharedAutoregression(FEATURES - 1, 1, 1);
    const draws = new RandomStream(7, name);
    for (let sample = 0; sample < 50; sample++) {
      const features = [1, draws.uniform(), draws.uniform(), draws.uniform()];
      const target = cluster + features[1]! - 2 * features[2]! + 0.1 * draws.normal();
      model.learn(features, target);
      union.add(features, target);
    }
    return model;
  });
  const holders = models.map((model) => ({
    own: () => model.own.values,
    setOthers: (values: Float64Array) => model.setOthers(values),
  }));
  const all: ExchangeSettings = { method: 'hub', intervalNs: 60e9 as Nanoseconds, ...settings };
  const exchange = new ModelExchange(
    kernel,
    network,
    clusters,
    holders,
    all,
    0 as ClusterId,
    sensitivity(FEATURES - 1),
    'exchange',
  );
  const until = (seconds: number) => kernel.run({ until: (seconds * 1e9) as Nanoseconds });
  const distances = () =>
    models.map(({ weights }) => Math.max(...weights.map((one, at) => Math.abs(one - union.solve()[at]!))));
  return { exchange, network, until, distances };
}

test('once all have heard of all, each has the least-squares model of the union of their samples', () => {
  const { until, distances } = clustersWith();
  for (const distance of distances()) expect(distance).toBeGreaterThan(0.1);
  until(121); // to the hub at 60 s, and back at 120 s
  for (const distance of distances()) expect(distance).toBeLessThan(1e-12);
});

test('gossip comes to the same: what is heard of twice counts once', () => {
  const { until, distances } = clustersWith({ method: 'gossip' });
  until(1800);
  for (const distance of distances()) expect(distance).toBeLessThan(1e-12);
});

test('messages are counted by their bytes, and what cannot be heard of stays as old as it is', () => {
  const { exchange, network, until } = clustersWith();
  until(61);
  // each of a and b: headers of 100 bytes and 16, and 10 + 4 numbers
  expect(exchange.counts[1]).toMatchObject({ messages: 1, bytes: 100 + 16 + 14 * 8, lost: 0 });
  expect(exchange.counts[0]).toMatchObject({ messages: 2, bytes: 2 * (100 + 16 + 14 * 8) }); // the hub's own alone
  until(121);
  expect(exchange.meanAgeNs(1 as ClusterId)).toBe((1e9 + 61e9) / 2); // the hub's of 120 s, b's of 60 s by way of it
  network.setLinkUp(0 as LinkId, false);
  until(241);
  expect(exchange.meanAgeNs(1 as ClusterId)).toBe((121e9 + 181e9) / 2);
  expect(exchange.counts[1]!.lost).toBe(2);
});

test('no two series that differ in one sample have statistics farther apart than the sensitivity', () => {
  for (const lags of [1, 3, 6]) {
    const draws = new RandomStream(3, `lags ${lags}`);
    let farthest = 0;
    for (let trial = 0; trial < 400; trial++) {
      // the extremes are where the distance is greatest
      const series = Array.from({ length: 3 * lags + 6 }, () => (trial % 2 === 0 ? draws.integer(2) : draws.uniform()));
      const changed = [...series];
      const at = draws.integer(series.length);
      changed[at] = 1 - Math.round(changed[at]!);
      const [one, other] = [series, changed].map((values) => {
        const model = new SharedAutoregression(lags, 1, 1);
        const forecaster = new Autoregression(model);
        for (const value of values) forecaster.observe(value);
        return model.own.values;
      });
      let squares = 0;
      for (const [index, value] of one!.entries()) squares += (value - other![index]!) ** 2;
      farthest = Math.max(farthest, Math.sqrt(squares));
    }
    expect(farthest).toBeLessThanOrEqual(sensitivity(lags));
    expect(farthest).toBeGreaterThan(sensitivity(lags) / 4); // the bound is not far off
  }
});

test('the Gaussian mechanism: σ = Δ sqrt(2 ln(1.25/δ)) / ε, and noise of that deviation (Dwork & Roth 2014)', () => {
  expect(noiseDeviation({ epsilon: 1, delta: 1e-5 }, 1)).toBeCloseTo(4.844805262605389, 12);
  expect(noiseDeviation({ epsilon: 0.5, delta: 1e-5 }, 3)).toBeCloseTo(6 * 4.844805262605389, 12);
  expect(() => noiseDeviation({ epsilon: 2, delta: 1e-5 }, 1)).toThrow(RangeError);
  const noise = withNoise(new Float64Array(20_000), 3, new RandomStream(1, 'noise'));
  const variance = noise.reduce((sum, value) => sum + value * value, 0) / noise.length;
  expect(Math.sqrt(variance) / 3).toBeCloseTo(1, 1);
});

test('noise keeps the models apart from that of the union, and what it costs adds up', () => {
  const { exchange, until, distances } = clustersWith({ privacy: { epsilon: 0.5, delta: 1e-6 } });
  until(301);
  expect(exchange.counts[1]!.epsilon).toBe(2.5);
  expect(exchange.counts[1]!.delta).toBeCloseTo(5e-6, 15);
  for (const distance of distances()) {
    expect(distance).toBeGreaterThan(1e-3);
    expect(distance).toBeLessThan(Infinity);
  }
});
