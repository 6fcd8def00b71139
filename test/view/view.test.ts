import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { World } from '../../src/model/index.ts';
import { readManifest, readScenario, readTable } from '../../src/results/index.ts';
import { simulate } from '../../src/simulate.ts';
import { serve, siteOf, writeSite, type Site } from '../../src/view/index.ts';
import { motionOf, type Motion } from '../../src/view/motion.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

let folder: string;
let site: Site;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'view-'));
  simulate('scenarios/first-steps.yaml', { out: join(folder, 'run') });
  site = await siteOf(join(folder, 'run'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The rows of a table as objects. */
async function rowsOf<Row>(run: string, table: string): Promise<Row[]> {
  return (await readTable(run, table)).toArray().map((row: { toJSON(): object }) => row.toJSON() as Row);
}

describe('ways made again', () => {
  let run: string;
  let world: World;
  beforeAll(() => {
    run = join(folder, 'walk');
    simulate('scenarios/riverside-walk.yaml', { out: run, set: ['duration=3m', 'warmup=10s'] });
    world = (readScenario(run) as { world: World }).world;
  }, 120_000);

  /** Where a motion has a mover at a time: straight on between two turning points. */
  function placeAt({ movers, timesNs, xs, ys }: Motion, mover: number, timeNs: number): [number, number] {
    const own = [...movers.keys()].filter((at) => movers[at] === mover);
    const at = own.findLastIndex((point) => timesNs[point]! <= timeNs);
    const [a, b] = [own[at]!, own[Math.min(at + 1, own.length - 1)]!];
    const share = a === b ? 0 : (timeNs - timesNs[a]!) / (timesNs[b]! - timesNs[a]!);
    return [xs[a]! + (xs[b]! - xs[a]!) * share, ys[a]! + (ys[b]! - ys[a]!) * share];
  }

  test('pass through every position that the run recorded', async () => {
    const motion = await motionOf(world, run, readManifest(run));
    expect(motion.kind).toBe('legs');
    const sightings = await rowsOf<{ time_ns: number; user: string; x_m: number; y_m: number }>(run, 'movement');
    expect(sightings.length).toBeGreaterThan(200);
    const userOf = new Map(world.users.map(({ name }, i) => [name, i]));
    for (const { time_ns: timeNs, user, x_m: x, y_m: y } of sightings) {
      const [foundX, foundY] = placeAt(motion, userOf.get(user)!, timeNs);
      expect(Math.hypot(foundX - x, foundY - y), `${user} at ${timeNs}`).toBeLessThan(1e-6);
    }
  });

  test('that are too long are cut down to points of the same ways', async () => {
    const whole = await motionOf(world, run, readManifest(run));
    const grid = await motionOf(world, run, readManifest(run), Math.floor(whole.movers.length / 2));
    expect(grid.kind).toBe('grid');
    expect(grid.movers.length).toBeLessThan(whole.movers.length);
    expect(new Set(grid.movers).size).toBe(world.users.length);
    for (const [at, mover] of grid.movers.entries()) {
      const [x, y] = placeAt(whole, mover, grid.timesNs[at]!);
      expect(Math.hypot(grid.xs[at]! - x, grid.ys[at]! - y), `${mover} at ${grid.timesNs[at]}`).toBeLessThan(1e-6);
    }
  });
});

describe('the server', () => {
  /** The status of a request as it is written: `fetch` would tidy up its path and host. */
  const rawStatus = (url: string, path: string, host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(url, { path, headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  test('gives the files of the page and no others, to this machine and for reading alone', async () => {
    const served = await serve(site, 0);
    try {
      expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
      const page = await fetch(served.url);
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
      for (const path of [
        '..%2fpackage.json',
        'data/',
        'manifest.json',
        'scenario.json',
        'data/..%2f..%2fpackage.json',
      ]) {
        expect((await fetch(served.url + path)).status, path).toBe(404);
      }
      expect((await fetch(served.url, { method: 'POST' })).status).toBe(405);
      expect(await rawStatus(served.url, '/', 'evil.example')).toBe(403);
      expect(await rawStatus(served.url, '/../package.json', 'localhost')).toBe(404);
      expect(await rawStatus(served.url, '/index.html?x', 'localhost')).toBe(200);
    } finally {
      await served.close();
    }
  });

  test('says which port is in use, and ends on an interrupt', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => busy.once('listening', resolve));
    const { port } = busy.address() as AddressInfo;
    await expect(serve(site, port)).rejects.toThrow(`port ${port} is in use: give another with --port`);
    busy.close();
    const child = spawn(process.execPath, [
      'dist/cli/main.js',
      'view',
      join(folder, 'run'),
      '--port',
      '0',
      '--open',
      'no',
    ]);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  });

  test.each([
    [['no-such-folder'], /no-such-folder is no results folder: there is no manifest.json in it/],
    [['results/reference/first-steps', '--port', '70000'], /--port: found '70000', expected a port from 0 to 65535/],
  ])('refuses %j', (args, message) => {
    expect(() => execFileSync(process.execPath, ['dist/cli/main.js', 'view', ...args], { stdio: 'pipe' })).toThrow(
      message,
    );
  });

  test('a folder is written that holds the same files, but not over the files of others', () => {
    const out = join(folder, 'site');
    const bytes = writeSite(site, out);
    expect(bytes).toBeGreaterThan(200_000);
    for (const [path, content] of site) expect(readFileSync(join(out, path))).toEqual(Buffer.from(content()));
    expect(() => writeSite(site, out)).not.toThrow();
    const others = join(folder, 'others');
    mkdirSync(others);
    writeFileSync(join(others, 'thesis.txt'), '');
    expect(() => writeSite(site, others)).toThrow(/is not empty and holds no page of view/);
  });
});

// where Chromium is absent this says so: `skipped`
describe.skipIf(!existsSync(CHROMIUM))('the page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    const { chromium } = await import('playwright-core');
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
  });

  /** Opens a site, lets the test look, and demands that the page complained of nothing and asked nobody else. */
  async function look(of: Site, at: (page: Page) => Promise<void>): Promise<void> {
    const served = await serve(of, 0);
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(served.url) && !request.url().startsWith('data:')) complaints.push(request.url());
    });
    try {
      await page.goto(served.url);
      await page.waitForFunction(() => 'codecoReplay' in globalThis, undefined, { timeout: 60_000 });
      await at(page);
      expect(complaints).toEqual([]);
    } finally {
      await page.close();
      await served.close();
    }
  }

  const timeNs = (page: Page): Promise<number> => page.evaluate('codecoReplay.player.timeNs');

  test('shows at every time the pods that the table of the run has then', async () => {
    const run = join(folder, 'hub');
    // its first minutes hold the loss of the hub, a crash, evictions and new pods
    simulate('scenarios/hub-loss.yaml', { out: run, set: ['duration=14m'] });
    const pods = await rowsOf<{
      pod: string;
      node: string | null;
      scheduled_ns: number | null;
      gone_ns: number | null;
    }>(run, 'pods');
    await look(await siteOf(run), async (page) => {
      const seen = new Set<string>();
      for (const seconds of [0.5, 30, 500, 650, 705, 720, 839]) {
        const ns = seconds * 1e9;
        const expected = pods
          .filter((pod) => pod.scheduled_ns !== null && pod.scheduled_ns <= ns && (pod.gone_ns ?? Infinity) > ns)
          .map(({ pod, node }) => `${pod} on ${node}`)
          .sort();
        const shown = await page.evaluate(`{
          const { replay, player } = codecoReplay;
          player.seek(${ns});
          replay.at(player.timeNs).podsOf.flatMap((of, node) =>
            of.map((pod) => replay.pods[pod].name + ' on ' + replay.scene.nodes[node].name)).sort();
        }`);
        expect(shown, `${seconds} s`).toEqual(expected);
        seen.add(JSON.stringify(shown));
      }
      expect(seen.size).toBeGreaterThanOrEqual(2);
      // 11:45 is after the evictions: two nodes are down, and nobody reaches the hub
      await page.evaluate('codecoReplay.player.seek(705e9)');
      expect(await page.textContent('#facts')).toMatch(/2 of 14 nodes down.*3 of 4 clusters cut off/);
      expect(await page.textContent('#state')).toMatch(/^11:45\.0: /);
      await page.evaluate("codecoReplay.choose({ kind: 'cluster', name: 'ferries' })");
      expect(await page.textContent('#panel-details')).toMatch(/2 of 4 up/);
    });
  }, 120_000);

  test('is played, scrubbed and searched by keyboard, and says why a pod is where it is', async () => {
    const [first] = await rowsOf<{ pod: string; node: string; considered_nodes: number }>(
      join(folder, 'run'),
      'decisions',
    );
    await look(site, async (page) => {
      await page.focus('#map');
      await page.keyboard.press('Space');
      // the page's policy lets no text be run: a function it is
      await page.waitForFunction(
        () =>
          (globalThis as unknown as { codecoReplay: { player: { timeNs: number } } }).codecoReplay.player.timeNs > 2e8,
      );
      expect(await page.getAttribute('#play', 'aria-label')).toBe('pause');
      await page.keyboard.press('Space');
      const paused = await timeNs(page);
      await page.waitForTimeout(150);
      expect(await timeNs(page)).toBe(paused);
      await page.keyboard.press('ArrowRight');
      expect(await timeNs(page)).toBeGreaterThan(paused);
      const speed = await page.textContent('#speed');
      await page.keyboard.press('+');
      expect(await page.textContent('#speed')).not.toBe(speed);
      await page.keyboard.press('End');
      expect(await page.textContent('#time')).toBe('1:00.0 / 1:00.0');
      await page.keyboard.press('Home');
      await page.keyboard.press(']');
      expect(await timeNs(page)).toBeGreaterThan(0);
      await page.fill('#scrub', '500');
      expect(await timeNs(page)).toBe(30e9);
      await page.keyboard.press('/');
      await page.keyboard.type(first!.pod);
      await page.click('#found button');
      await page.waitForSelector('#panel-details table');
      expect(await page.textContent('#panel-details tr.chosen td')).toBe(first!.node);
      expect(await page.locator('#panel-details .scroll').first().locator('tbody tr').count()).toBe(
        first!.considered_nodes,
      );
      await page.keyboard.press('Escape');
      expect(await page.evaluate('codecoReplay.map.chosen === undefined')).toBe(true);
    });
  });

  test('a click on a node chooses it, and both light and dark have a drawn map', async () => {
    await look(site, async (page) => {
      const at = await page.evaluate(`{
        const { map, replay } = codecoReplay;
        const { left, top } = document.getElementById('map').getBoundingClientRect();
        const { x, y } = replay.nodePlace(1);
        // a corner of its square: pods are in the middle
        const half = 0.3 * replay.scene.cellM;
        ({ x: left + map.camera.px(x - half), y: top + map.camera.py(y + half), name: replay.scene.nodes[1].name });
      }`);
      const { x, y, name } = at as { x: number; y: number; name: string };
      await page.mouse.click(x, y);
      expect(await page.textContent('#panel-details h2')).toBe(name);
      const colours = async (): Promise<number> =>
        page.evaluate(`{
          const canvas = document.getElementById('things');
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
          new Set(new Uint32Array(data.buffer)).size;
        }`);
      expect(await colours()).toBeGreaterThan(20);
      await page.click('#theme');
      await page.waitForTimeout(100);
      expect(await colours()).toBeGreaterThan(20);
    });
  });

  test('stands alone in one file of the disk, and shows the pods without a node on the map', async () => {
    const run = join(folder, 'full');
    simulate('scenarios/first-steps.yaml', { out: run, set: ['duration=10s', 'apps[0].behaviour.web.replicas=40'] });
    const pods = await rowsOf<{ pod: string; scheduled_ns: number | null; gone_ns: number | null }>(run, 'pods');
    const waiting = pods.filter((pod) => pod.scheduled_ns === null).map(({ pod }) => pod);
    expect(waiting.length).toBeGreaterThan(10);
    const file = join(folder, 'full.html');
    writeSite(await siteOf(run), file);
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:') && request.url() !== `file://${file}`) complaints.push(request.url());
    });
    await page.goto(`file://${file}`);
    await page.waitForFunction(() => 'codecoReplay' in globalThis, undefined, { timeout: 60_000 });
    await page.evaluate('codecoReplay.player.seek(5e9)');
    expect(await page.textContent('#waiting span')).toBe(`${waiting.length} pods without a node`);
    const rings = page.locator('#waiting button');
    expect(await rings.count()).toBe(Math.min(60, waiting.length));
    await rings.last().click();
    expect(waiting).toContain(await page.textContent('#panel-details h2'));
    // verdicts are in the page too
    await page.waitForSelector('#panel-details table');
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);
});
