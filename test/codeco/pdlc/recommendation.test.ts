import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LinUcb, linUcbSensitivity, QLearning } from '../../../src/codeco/pdlc/recommendation/index.ts';
import { readTable } from '../../../src/results/index.ts';
import { simulate } from '../../../src/simulate.ts';
import { codecoApp } from '../../worlds.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-recommendation-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Linear congruential numbers (Numerical Recipes), which the independent computation draws as well. */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(1_664_525, state) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
const situation = (features: readonly number[]) => ({ features, state: 0, action: 0 });
const dot = (one: readonly number[], other: readonly number[]): number =>
  one.reduce((sum, value, at) => sum + value * other[at]!, 0);

/** Six nodes of three classes with loads that are drawn anew each time; rewards are linear, with noise in ±1/2. */
function regretOf(choose: (contexts: readonly (readonly number[])[], random: number) => number, rounds: number) {
  const draw = numbers();
  const theta = [0.6, 0.5, 0.4, -0.3];
  const learner = new LinUcb(4, 0.5);
  const regrets: number[] = [];
  let regret = 0;
  for (let round = 1; round <= rounds; round++) {
    const contexts = Array.from({ length: 6 }, (_, node) => {
      const features = [0, 0, 0, draw()];
      features[node % 3] = 1;
      return features;
    });
    const noise = draw() - 0.5;
    const chosen = choose === byLinUcb ? bestOf(contexts, learner) : choose(contexts, draw());
    if (choose === byLinUcb) draw();
    const means = contexts.map((features) => dot(theta, features));
    regret += Math.max(...means) - means[chosen]!;
    const here = situation(contexts[chosen]!);
    learner.learn(here, means[chosen]! + noise);
    regrets.push(regret);
  }
  return { regrets, learner };
}
const byLinUcb = (): number => 0;
function bestOf(contexts: readonly (readonly number[])[], learner: LinUcb): number {
  const values = contexts.map((features) => learner.value(situation(features)));
  return values.indexOf(Math.max(...values));
}

describe('LinUCB', () => {
  test('in a stationary world: the regret of an independent computation, which keeps A⁻¹ by Sherman and Morrison', () => {
    const { regrets, learner } = regretOf(byLinUcb, 4000);
    expect(regrets[499]).toBeCloseTo(6.081515084393321, 9);
    expect(regrets[999]).toBeCloseTo(6.288720204611308, 9);
    expect(regrets[1999]).toBeCloseTo(7.473270008713005, 9);
    expect(regrets[3999]).toBeCloseTo(8.48956081722863, 9);
    // choosing at random costs in proportion to the time
    const random = regretOf((contexts, draw) => Math.floor(draw * contexts.length), 4000).regrets;
    expect(random[1999]).toBeCloseTo(304.2861619646659, 9);
    expect(random[3999]! / random[999]!).toBeGreaterThan(3.9);
    expect(regrets[3999]! / regrets[999]!).toBeLessThan(1.5);
    expect(learner.expected(situation([1, 0, 0, 0]))).toBeCloseTo(0.6, 1);
  });

  test('one sample by hand: A = I + x xᵀ, b = r x', () => {
    const learner = new LinUcb(2, 2);
    learner.learn(situation([1, 1]), 0.9);
    // A = [2 1; 1 2], θ = A⁻¹ [0.9 0.9] = [0.3 0.3]; of [1 0]: A⁻¹ = [2 −1; −1 2] / 3, so α sqrt(2/3)
    expect(learner.expected(situation([1, 0]))).toBeCloseTo(0.3, 12);
    expect(learner.value(situation([1, 0]))).toBeCloseTo(0.3 + 2 * Math.sqrt(2 / 3), 12);
  });

  test('places that tell each other their statistics know what one knows that saw all samples', () => {
    const draw = numbers();
    const [one, other, union] = [new LinUcb(3, 0.5), new LinUcb(3, 0.5), new LinUcb(3, 0.5)];
    for (let sample = 0; sample < 60; sample++) {
      const here = situation([1, draw(), draw()]);
      const reward = draw();
      (sample % 3 === 0 ? one : other).learn(here, reward);
      union.learn(here, reward);
    }
    const asked = situation([1, 0.2, 0.7]);
    expect(Math.abs(one.expected(asked) - union.expected(asked))).toBeGreaterThan(1e-3);
    one.setOthers(other.own());
    other.setOthers(one.own());
    for (const each of [one, other]) expect(each.value(asked)).toBeCloseTo(union.value(asked), 12);
  });

  test('no two histories that differ in one sample are farther apart than the sensitivity, and it is not far off', () => {
    const draw = numbers();
    let farthest = 0;
    for (let trial = 0; trial < 500; trial++) {
      const corner = (): number => (trial % 2 === 0 ? Math.round(draw()) : draw());
      const [one, other] = [0, 1].map((at) => {
        const learner = new LinUcb(4, 1);
        const features = [0, 0, corner(), corner()];
        features[at] = 1;
        learner.learn(situation(features), corner());
        return learner.own();
      });
      farthest = Math.max(farthest, Math.hypot(...one!.map((value, at) => value - other![at]!)));
    }
    expect(farthest).toBeLessThanOrEqual(linUcbSensitivity(3));
    expect(farthest).toBeGreaterThan(linUcbSensitivity(3) / 4);
  });
});

describe('Q-learning', () => {
  const at = (state: number, action: number) => ({ features: [], state, action });
  test('comes to the returns of Bellman’s equation', () => {
    // in state 0: action 0 gives 1 and leads to 1, action 1 gives 0 and stays; in state 1: action 0 gives 0 and leads to 0,
    // action 1 gives 1/2 and stays. γ = 1/2: Q(1,1) = 1/2 + Q(1,1)/2 = 1, if that is the best of state 1:
    // Q(0,0) = 1 + 1/2 = 3/2, Q(1,0) = 3/4, Q(0,1) = 3/4
    const learner = new QLearning(2, 2, 0.5);
    const draw = numbers();
    const steps = [
      [
        { reward: 1, next: 1 },
        { reward: 0, next: 0 },
      ],
      [
        { reward: 0, next: 0 },
        { reward: 0.5, next: 1 },
      ],
    ];
    let state = 0;
    for (let step = 0; step < 200_000; step++) {
      const action = draw() < 0.5 ? 0 : 1;
      const { reward, next } = steps[state]![action]!;
      learner.learn(at(state, action), reward, at(next, 0));
      state = next;
    }
    const expected = [
      [1.5, 0.75],
      [0.75, 1],
    ];
    for (const [of, row] of expected.entries())
      for (const [action, value] of row.entries()) expect(2 * learner.value(at(of, action))).toBeCloseTo(value, 1);
  });

  test('what was never tried counts as much as anything can; tables come to one by how often each was tried', () => {
    const [one, other] = [new QLearning(1, 2, 0), new QLearning(1, 2, 0)];
    expect(one.value(at(0, 1))).toBe(1);
    one.learn(at(0, 1), 0.2, at(0, 1));
    for (const reward of [0.5, 0.7, 0.9]) other.learn(at(0, 1), reward, at(0, 1));
    one.setOthers(other.own());
    expect(one.value(at(0, 1))).toBeCloseTo((0.2 + 0.5 + 0.7 + 0.9) / 4, 12);
    expect(one.value(at(0, 0))).toBe(1);
  });
});

describe('recommendations in the simulation', () => {
  const shops = Array.from({ length: 8 }, (_, at) => `shop-${at}`);

  /** Two sites alike but for the speed of their nodes, which nobody is told; an application comes every 5 minutes. */
  async function run(learning: object | undefined, seed = 1) {
    const resources = { requests: { cpu: '1', memory: '100Mi' } };
    const scenario = {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'speeds' },
      spec: {
        seed,
        duration: '41m',
        infrastructure: {
          nodeClasses: { quick: { cpu: 16, memory: '32Gi', speed: 2 }, slow: { cpu: 16, memory: '32Gi', speed: 0.4 } },
          clusters: [
            { name: 'hub', role: 'hub' },
            { name: 'here', network: { latency: '0s' }, nodes: [{ class: 'slow', name: 'here-{i}', count: 2 }] },
            { name: 'there', network: { latency: '0s' }, nodes: [{ class: 'quick', name: 'there-{i}', count: 2 }] },
          ],
          links: [
            { name: 'to-here', from: 'hub', to: 'here', bandwidth: '1Gbit/s', latency: '5ms' },
            { name: 'to-there', from: 'hub', to: 'there', bandwidth: '1Gbit/s', latency: '6ms' },
          ],
          access: { at: [{ x: '0m', y: '0m' }], uplink: { to: 'hub', bandwidth: '1Gbit/s', latency: '1ms' } },
        },
        users: shops.map((app) => ({
          name: `of-${app}`,
          at: { x: '1m', y: '0m' },
          requests: { app, to: 'front', rate: '2/s' },
        })),
        apps: shops.map((codecoApp, at) => ({ codecoApp, at: `${5 * at}m`, behaviour: { front: { cpu: '30ms' } } })),
        orchestration: {
          scheduler: 'swm',
          swm: { profile: 'latency' },
          podStartup: '1s',
          ...(learning === undefined ? {} : { learning }),
        },
      },
    };
    const codecoApps = shops.map((name) => codecoApp(name, { front: { resources } }));
    simulate(scenario, { out: folder, force: true, codecoApps });
    const rows = async (table: 'pods' | 'rewards' | 'learning') =>
      (await readTable(folder, table)).toArray().map((row) => row.toJSON() as Record<string, number | string | null>);
    const sites = (await rows('pods')).map(({ node }) => String(node).split('-', 1)[0]);
    return { sites, rewards: await rows('rewards'), learning: await rows('learning') };
  }

  test.each(['linucb', 'q-learning'])(
    '%s finds out which nodes are quick, and places what comes later there',
    async (learner) => {
      expect(new Set((await run(undefined)).sites)).toEqual(new Set(['here']));
      const { sites, rewards } = await run({
        recommendations: { learner, exploration: learner === 'linucb' ? 0.5 : 0 },
      });
      expect(sites.slice(4)).toEqual(['there', 'there', 'there', 'there']);
      // 30 ms at twice the speed are 15 ms: 1 − 15 / 100, and now and then two at a time on their own cores
      const quick = rewards.filter(({ node }) => String(node).startsWith('there'));
      for (const { reward } of quick) expect(Number(reward)).toBeGreaterThan(0.8);
      expect(Math.abs(Number(quick.at(-1)!['expected']) - Number(quick.at(-1)!['reward']))).toBeLessThan(0.1);
    },
  );

  test('models go to the hub and back with their bytes, and privacy adds up', async () => {
    const exchange = { method: 'hub', interval: '5m', privacy: { epsilon: 0.5 } };
    const { learning } = await run({ recommendations: {}, exchange });
    const placement = learning.filter(({ quantity }) => quantity === 'placement');
    expect(placement.map(({ cluster }) => cluster)).toEqual(['hub', 'here', 'there']);
    // 5, 10, … 40 min; two classes and two shares: a model is 10 + 4 numbers
    const model = 16 + 14 * 8;
    const [hub, here] = placement;
    expect(here).toMatchObject({ messages_sent: 8, bytes_sent: 8 * (100 + model), epsilon_spent: 4, messages_lost: 0 });
    // to each of two, its own the first time, and the other one's from then on
    expect(hub).toMatchObject({ bytes_sent: 2 * (100 + model) + 14 * (100 + 2 * model) });
    // sent at 40 min, 41 min is the end: the hub's of then, and the other one's of 35 min
    expect(Number(here!['mean_age_ns'])).toBe((60e9 + 360e9) / 2);
    // nothing is foretold by models that can be exchanged
    expect(learning.find(({ quantity }) => quantity === 'cpu')).toMatchObject({ messages_sent: 0 });
  });
});
