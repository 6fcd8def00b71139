/**
 * The page of `view` in headless Chromium: 1,000 nodes with 2,000 pods, 5,000 movers over 100 cells, their requests on the
 * way, and faults. Milliseconds of JavaScript a frame, and between two frames, while it plays; drawn in software where the
 * machine has no graphics processor. The budget of 60 frames a second is 16.7 ms.
 * usage: node scripts/bench/view.mjs [--smoke]
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulate } from '../../dist/index.js';
import { serve, siteOf } from '../../dist/view/index.js';
import { printTable } from './measure.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const CELLS = 100;
const CITIES = 10;

/** Ten cities with nodes and cells, walkers in all of them, links that are cut, nodes that crash. */
export function scenario({ nodes, movers, seconds }) {
  const grid = Array.from({ length: CELLS }, (_, i) => ({
    x: `${(i % 10) * 500}m`,
    y: `${Math.floor(i / 10) * 500}m`,
  }));
  const cities = Array.from({ length: CITIES }, (_, i) => `city-${i}`);
  const perCity = nodes / CITIES - 1;
  return {
    scenario: {
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'view-benchmark', description: `${nodes} nodes and ${movers} walkers in ten cities.` },
      spec: {
        seed: 1,
        duration: `${seconds}s`,
        infrastructure: {
          nodeClasses: { edge: { cpu: 8, memory: '16Gi' }, vm: { cpu: 32, memory: '64Gi' } },
          clusters: [
            { name: 'cloud', role: 'hub', nodes: [{ class: 'vm', count: CITIES }] },
            ...cities.map((name, i) => ({
              name,
              at: { x: `${250 + (i % 5) * 1000}m`, y: `${1200 + Math.floor(i / 5) * 2200}m` },
              nodes: [{ class: 'edge', count: perCity }],
            })),
          ],
          links: cities.map((name) => ({
            name: `${name}-cloud`,
            from: name,
            to: 'cloud',
            bandwidth: '10Gbit/s',
            latency: '8ms',
          })),
          access: {
            technology: 'nr',
            at: grid,
            range: '400m',
            bandwidth: '1Gbit/s',
            hysteresis: '10m',
            uplink: { to: cities[0], bandwidth: '10Gbit/s', latency: '1ms' },
          },
        },
        users: [
          {
            name: 'walker',
            count: movers,
            mobility: { model: 'random-waypoint', speed: { min: '1m/s', max: '3m/s' }, pause: '5s' },
            requests: { app: 'near', to: 'api', rate: '0.5/s' },
          },
        ],
        apps: [{ codecoApp: 'near', behaviour: { api: { cpu: '4ms', replicas: 2 * nodes } } }],
        faults: [
          { at: '20s', for: '20s', cut: ['city-1-cloud', 'city-2-cloud'] },
          { at: '25s', crash: ['city-3-edge-1', 'city-3-edge-2'] },
        ],
        results: { verdicts: false, sampleInterval: '2s' },
      },
    },
    codecoApps: [
      {
        apiVersion: 'codeco.he-codeco.eu/v1alpha1',
        kind: 'CodecoApp',
        metadata: { name: 'near' },
        spec: {
          appName: 'near',
          'codecoapp-msspec': [
            {
              serviceName: 'api',
              podspec: {
                containers: [
                  { name: 'api', image: 'registry.example/api:1', resources: { requests: { cpu: '500m' } } },
                ],
              },
              serviceChannels: [],
            },
          ],
        },
      },
    ],
  };
}

const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];

/** Plays a run in a page of 1,400 by 860 and returns what its frames took. */
async function playOnce(folder, { playS }) {
  const { chromium } = await import('playwright-core');
  const served = await serve(await siteOf(folder), 0);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 860 } });
    const startedMs = performance.now();
    await page.goto(served.url);
    await page.waitForFunction(() => globalThis.codecoReplay !== undefined, undefined, { timeout: 120_000 });
    const loadMs = performance.now() - startedMs;
    const between = await page.evaluate(async (playMs) => {
      const { player, frameMs } = globalThis.codecoReplay;
      player.seek(15e9);
      player.toggle();
      frameMs.length = 0;
      const times = [];
      await new Promise((resolve) => {
        const end = performance.now() + playMs;
        const next = (now) => (times.push(now), now < end ? requestAnimationFrame(next) : resolve());
        requestAnimationFrame(next);
      });
      player.toggle();
      return times.slice(1).map((time, i) => time - times[i]);
    }, playS * 1000);
    const frameMs = await page.evaluate(() => globalThis.codecoReplay.frameMs);
    return {
      loadMs,
      frames: between.length,
      scriptMedianMs: quantile(frameMs, 0.5),
      scriptP95Ms: quantile(frameMs, 0.95),
      betweenMedianMs: quantile(between, 0.5),
    };
  } finally {
    await browser.close();
    await served.close();
  }
}

/** Rows: nodes, movers, time to load, frames, script time a frame (median, 95th percentile), time between frames. */
export async function benchView({ smoke = false } = {}) {
  if (!existsSync(CHROMIUM)) return [{ skipped: `no Chromium at ${CHROMIUM}` }];
  const size = smoke ? { nodes: 100, movers: 500, seconds: 40 } : { nodes: 1000, movers: 5000, seconds: 60 };
  const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-bench-'));
  try {
    const { scenario: object, codecoApps } = scenario(size);
    simulate(object, { codecoApps, out: join(folder, 'run') });
    return [{ ...size, ...(await playOnce(join(folder, 'run'), { playS: smoke ? 2 : 10 })) }];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  printTable(await benchView({ smoke: process.argv.includes('--smoke') }));
}
