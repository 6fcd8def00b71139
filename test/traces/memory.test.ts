import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-long-trace-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A table of 500 vehicles at a time that each drive for 10 minutes, one row a second. */
function writeTrace(path: string, seconds: number): void {
  const file = openSync(path, 'w');
  writeSync(file, 'time,id,x,y,speed,lane,angle,type\n');
  for (let at = 0; at < seconds; at++) {
    let text = '';
    for (let vehicle = 0; vehicle < 500; vehicle++) {
      const driven = (at + vehicle) % 600;
      const id = `vehicle-${vehicle}.${Math.floor((at + vehicle) / 600)}`;
      text += `${at},${id},${driven * 12.5},${vehicle * 8},12.5,lane-of-the-road,90,car\n`;
    }
    writeSync(file, text);
  }
  closeSync(file);
}

function run(seconds: number): { before: number; after: number; digest: string; eventCount: number; model: string } {
  writeTrace(join(folder, 'trace.csv'), seconds);
  const scenario = {
    apiVersion: 'codeco-sim/v1',
    kind: 'Scenario',
    metadata: { name: 'long-trace' },
    spec: {
      duration: `${seconds}s`,
      infrastructure: {
        nodeClasses: { edge: { cpu: 4, memory: '8Gi' } },
        clusters: [{ name: 'edge', at: { x: '0m', y: '0m' }, nodes: [{ class: 'edge', at: { x: '10m', y: '0m' } }] }],
        access: { technology: 'nr' },
      },
      users: [{ name: 'car', mobility: { model: 'trace', file: 'trace.csv' } }],
    },
  };
  const file = join(folder, 'scenario.json');
  writeFileSync(file, JSON.stringify(scenario));
  const child = join(import.meta.dirname, 'run-trace.ts');
  const output = execFileSync(
    process.execPath,
    ['--max-semi-space-size=4', '--max-old-space-size=100', '--import', 'tsx', child, file],
    {
      encoding: 'utf8',
      timeout: 300_000,
    },
  );
  return JSON.parse(output) as ReturnType<typeof run>;
}

// a minute or two: asked for by CODECO_SIM_LONG_TESTS=1, and skipped otherwise
const isAsked = process.env['CODECO_SIM_LONG_TESTS'] !== undefined;

test.skipIf(!isAsked)(
  'a trace of 200 MB takes no more memory than one of 100 MB: it is read in step with the run',
  { timeout: 600_000 },
  () => {
    const shorter = run(3_400);
    expect(statSync(join(folder, 'trace.csv')).size).toBeGreaterThan(90e6);
    const longer = run(6_800);
    expect(statSync(join(folder, 'trace.csv')).size).toBeGreaterThan(190e6);
    expect([shorter.model, longer.model]).toEqual(['recording', 'recording']);
    expect(longer.eventCount).toBeGreaterThan(3_300_000);
    // held, the samples alone of the longer one would take 35 MB more, and its text 100 MB
    expect(longer.after - shorter.after).toBeLessThan(30);
    expect(longer.after - longer.before).toBeLessThan(100);
  },
);
