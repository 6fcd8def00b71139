import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantileSorted } from 'd3-array';
import sax from 'sax';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { World } from '../../src/model/index.ts';
import { placement } from '../../src/report/charts/placement.ts';
import { loadDrawing } from '../../src/report/drawing.ts';
import { readFaults } from '../../src/report/facts/faults.ts';
import { readLinks } from '../../src/report/facts/links.ts';
import { readRequests } from '../../src/report/facts/requests.ts';
import { makeReport, pageOf, writeFigures } from '../../src/report/index.ts';
import { readManifest, readScenario, readTable } from '../../src/results/index.ts';
import { simulate } from '../../src/simulate.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-'));
  simulate('scenarios/first-steps.yaml', { out: join(folder, 'run') });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Fails where a text is no XML. */
function parseXml(text: string): string[] {
  const texts: string[] = [];
  const parser = new sax.SAXParser(true);
  parser.ontext = (part) => texts.push(part);
  parser.onerror = (error) => {
    throw error;
  };
  parser.write(text).close();
  return texts;
}

test('windows and histograms of requests hold what a count of all rows finds', async () => {
  const run = join(folder, 'run');
  const rows = (await readTable(run, 'requests')).toArray().map((row: { toJSON(): object }) => row.toJSON()) as {
    issued_ns: number;
    latency_ns: number | null;
    network_ns: number;
    outcome: string;
    warmup: boolean;
  }[];
  const { latencies, windows, windowNs, outcomes } = (await readRequests(run, readManifest(run), 60e9))!;
  expect(windows).toHaveLength(60e9 / windowNs);
  for (const { fromNs, toNs, sent, answered, failed, p50Ns, partsNs } of windows) {
    const own = rows.filter(({ issued_ns: ns }) => ns >= fromNs && ns < toNs);
    const done = own.filter(({ latency_ns: ns }) => ns !== null);
    expect(sent).toBe(own.length);
    expect(answered).toBe(done.length);
    expect(failed).toBe(own.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'unfinished').length);
    if (done.length === 0) {
      expect(p50Ns).toBeUndefined();
      continue;
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(partsNs.network).toBeCloseTo(mean(done.map(({ network_ns: ns }) => ns)), 3);
    const total = partsNs.network + partsNs.queue + partsNs.cpu + partsNs.retry;
    expect(total / mean(done.map(({ latency_ns: ns }) => ns!))).toBeCloseTo(1, 9);
  }
  const counted = rows.filter(({ warmup }) => !warmup);
  const sorted = counted.flatMap(({ latency_ns: ns }) => (ns === null ? [] : [ns])).toSorted((a, b) => a - b);
  expect(latencies.count).toBe(sorted.length);
  expect(latencies.quantileNs(0.5)! / quantileSorted(sorted, 0.5)!).toBeCloseTo(1, 2);
  expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(counted.length);
  const steps = [...latencies.cumulative()];
  expect(steps.at(-1)).toEqual([sorted.at(-1), sorted.length]);
  for (const [upperNs, count] of steps) {
    // a step is at the upper end of its bucket: all it counts are below it
    expect(sorted.filter((ns) => ns <= upperNs).length).toBe(count);
  }
});

test('a page needs nothing but itself, and the same results give the same bytes', async () => {
  const page = pageOf(await makeReport([join(folder, 'run')]));
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(|src=/i);
  expect(page.match(/https?:\/\/[^"<\s]+/g)!.every((url) => url === 'http://www.w3.org/2000/svg')).toBe(true);
  expect(page.match(/<figure>/g)!.length).toBeGreaterThanOrEqual(4);
  expect(pageOf(await makeReport([join(folder, 'run')]))).toBe(page);
});

test('each picture is whole XML at every width, and says in words what it shows', async () => {
  const { pictures } = await makeReport([join(folder, 'run')]);
  for (const { id, alt, draw } of pictures) {
    for (const width of [350, 760]) {
      const svg = draw(width);
      expect(parseXml(svg).length, id).toBeGreaterThan(3);
      expect(svg).not.toMatch(/NaN|undefined|⚠/);
    }
    expect(alt.length, id).toBeGreaterThan(30);
  }
});

test('the answer of a run is that of its table runs, with the interval of its windows', async () => {
  const { answer } = await makeReport([join(folder, 'run')]);
  const [row] = (await readTable(join(folder, 'run'), 'runs'))
    .toArray()
    .map((each: { toJSON(): Record<string, number> }) => each.toJSON());
  expect(answer[0]).toContain(`Of ${row!['requests_sent']} requests after the warm-up`);
  expect(answer[0]).toMatch(/95 of 100 answered within [\d.]+ ms( \(.* … .*\))?, half of them within/);
});

test('figures for papers stand alone: whole XML without variables, and PNGs that repeat', async () => {
  const { pictures } = await makeReport([join(folder, 'run')]);
  const { paths } = await writeFigures(pictures, join(folder, 'figures'));
  const again = await writeFigures(pictures, join(folder, 'again'));
  const svgs = paths.filter((path) => path.endsWith('.svg'));
  expect(svgs).toHaveLength(pictures.length);
  for (const path of svgs) {
    const svg = readFileSync(path, 'utf8');
    parseXml(svg);
    expect(svg).not.toMatch(/var\(|system-ui/);
  }
  expect(again.paths.map((path) => readFileSync(path).toString('base64'))).toEqual(
    paths.map((path) => readFileSync(path).toString('base64')),
  );
});

test('the use of a link over the run is that of all its samples, whatever the windows', async () => {
  const run = join(folder, 'run');
  const manifest = readManifest(run);
  const { world } = readScenario(run) as { world: World };
  const { courses } = (await readLinks(run, manifest, world))!;
  const rows = (await readTable(run, 'links')).toArray().map((row: { toJSON(): object }) => row.toJSON()) as {
    link: string;
    from: string | null;
    to: string | null;
    utilization: number;
    carried_bytes: number;
    interval_ns: number;
  }[];
  const carried = (of: typeof rows) => of.reduce((sum, row) => sum + row.carried_bytes, 0);
  expect(courses.reduce((sum, { carriedBytes }) => sum + carriedBytes, 0)).toBe(carried(rows));
  const line = courses.find(({ name }) => name === 'line edge → cloud')!;
  const own = rows.filter(({ link, from }) => link === 'line' && from === 'edge');
  expect(line.carriedBytes).toBe(carried(own));
  const time = own.reduce((sum, row) => sum + row.interval_ns, 0);
  expect(line.mean).toBeCloseTo(own.reduce((sum, row) => sum + row.utilization * row.interval_ns, 0) / time, 12);
});

test('faults of the same kind and target that overlap are one, and what never ends lasts to the end of the run', async () => {
  const run = join(folder, 'faults');
  const faults =
    'faults=[{ at: 10s, for: 20s, cut: line }, { at: 20s, for: 30s, cut: line }, { at: 50s, for: 40s, cut: line }]';
  simulate('scenarios/first-steps.yaml', { out: run, set: [faults] });
  const spans = await readFaults(run, readManifest(run), 60e9);
  expect(spans.map(({ kind, target, fromNs, toNs }) => [kind, target, fromNs / 1e9, toNs / 1e9])).toEqual([
    ['cut', 'line', 10, 50],
    ['cut', 'line', 50, 60],
  ]);
  const { pictures } = await makeReport([run]);
  expect(pictures.map(({ id }) => id)).toEqual([
    'latency-distribution',
    'requests-over-time',
    'placement',
    'tiers-over-time',
    'link-use',
    'events',
    'map',
  ]);
  for (const { draw } of pictures) parseXml(draw(350));
});

test('ten thousand pods are counted by their nodes, and two hundred nodes by their clusters', async () => {
  const drawing = await loadDrawing();
  const clusters = ['one', 'two'].map((name) => ({ name }));
  const nodes = Array.from({ length: 200 }, (_, i) => ({ name: `node-${i}`, cluster: i % 2 }));
  const pods = Array.from({ length: 10_000 }, (_, i) => ({
    pod: `pod-${i}`,
    app: 'app',
    service: 'web',
    node: `node-${i % 200}`,
    cluster: clusters[i % 2]!.name,
    createdNs: 0,
    scheduledNs: 0,
    readyNs: 1e9,
    endNs: i % 4 < 2 ? 60e9 : 30e9,
    reason: i % 4 < 2 ? null : 'done',
  }));
  const world = { nodes, clusters } as unknown as World;
  const picture = placement(drawing, pods, world, { durationNs: 60e9, warmupNs: 0, faults: [] });
  // 5,000 pods a cluster, half of them for half of the time
  expect(picture.table!.rows).toEqual([
    ['one', '100', '3750', '5000'],
    ['two', '100', '3750', '5000'],
  ]);
  expect(picture.draw(760).length).toBeLessThan(20_000);
});

test('where nobody sends a request the answer is about pods', async () => {
  simulate('scenarios/first-steps.yaml', { out: join(folder, 'pods'), set: ['users=[]', 'duration=6s'] });
  const { answer, pictures } = await makeReport([join(folder, 'pods')]);
  expect(answer.slice(0, 2)).toEqual([
    'Of 2 pods 2 found a node, half of them at once, 95 of 100 at once after their creation; all were there at the end.',
    'No request was sent after the warm-up.',
  ]);
  // both are there all the time: a picture of their number would say nothing
  expect(pictures.map(({ id }) => id)).not.toContain('pods-over-time');
});

test('a run in which nothing happens says so', async () => {
  simulate('scenarios/first-steps.yaml', { out: join(folder, 'idle'), set: ['users=[]', 'duration=6s', 'apps=[]'] });
  const report = await makeReport([join(folder, 'idle')]);
  expect(report.answer[0]).toBe('No request was sent after the warm-up.');
  expect(report.missing.join(' ')).toContain('No pod was created.');
  expect(pageOf(report)).toContain('</html>');
});

test('a table that was cut is named', async () => {
  simulate('scenarios/first-steps.yaml', { out: join(folder, 'cut') });
  truncateSync(join(folder, 'cut', 'links.arrow'), 1000);
  await expect(makeReport([join(folder, 'cut')])).rejects.toThrow(/links\.arrow has 1000 bytes/);
});
