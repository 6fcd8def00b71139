import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quantileSorted } from 'd3-array';
import sax from 'sax';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRequests } from '../../src/report/facts/requests.ts';
import { makeReport, pageOf, writeFigures } from '../../src/report/index.ts';
import { readManifest, readTable } from '../../src/results/index.ts';
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
