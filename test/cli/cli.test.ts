import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { builtProgram, callProgram } from './call-program.ts';

let folder: string;
beforeAll(() => {
  execFileSync(process.execPath, ['scripts/bootstrap.mjs'], { stdio: 'ignore' });
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (...args: string[]) => callProgram(folder, args);
/** The program as users run it: built, in a process of its own. */
function spawned(...args: string[]) {
  return spawnSync(process.execPath, [builtProgram, ...args], { cwd: folder, encoding: 'utf8' });
}

test('without arguments, and with --help, it says what it can do', async () => {
  const help = spawned('--help');
  expect(help).toMatchObject({ status: 0, stderr: '' });
  expect(help.stdout).toContain('Exit status: 0 done');
  for (const command of ['run', 'validate', 'explain', 'init', 'list', 'verify', 'why', 'view', 'export']) {
    expect(help.stdout).toContain(`  ${command} `);
    expect((await cli(command, '--help')).status).toBe(0);
  }
});

test('an unknown command is a usage error with the nearest one', () => {
  const { status, stderr } = spawned('rum');
  expect(status).toBe(2);
  expect(stderr).toContain('Did you mean run?');
});

describe('the first steps of a stranger', () => {
  test('init writes a scenario that is valid and runs; a second init does not overwrite it', async () => {
    expect(await cli('init', 'mine.yaml')).toMatchObject({ status: 0 });
    const again = await cli('init', 'mine.yaml');
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('--force');
    expect(await cli('validate', 'mine.yaml')).toMatchObject({ status: 0, stderr: '' });
    const run = await cli('run', 'mine.yaml', '--out', 'mine');
    expect(run.status).toBe(0);
    for (const word of ['Requests', 'latency', 'p95', 'failures', 'Placement', 'Energy', 'Digest', 'Tables', 'Next']) {
      expect(run.stdout).toContain(word);
    }
    expect(run.stderr).toContain('100 %');
  });

  test('validate checks a file of CodecoApps alone for itself, and says how many problems it does not tell', async () => {
    const good = await cli('validate', join(import.meta.dirname, '../../scenarios/crossing-guard.yaml'));
    expect(good).toMatchObject({ status: 0, stderr: '' });
    expect(good.stdout).toMatch(/crossing-guard.yaml: valid, a CodecoApp, no scenario\n$/);
    writeFileSync(join(folder, 'app.yaml'), 'kind: CodecoApp\nmetadata: { name: a }\nspec: { appName: 5 }\n');
    const bad = await cli('validate', 'app.yaml');
    expect(bad.status).toBe(2);
    expect(bad.stderr).toContain('app.yaml:3:18  spec.appName');
    const nodes = Array.from({ length: 130 }, (_, index) => `{ class: none-${index} }`).join(', ');
    const text = readFileSync(join(folder, 'mine.yaml'), 'utf8').replace(/nodes: \[.*\]/, `nodes: [${nodes}]`);
    writeFileSync(join(folder, 'many.yaml'), text);
    expect((await cli('validate', 'many.yaml')).stderr).toMatch(/\n\.\.\. and \d+ more problems\n$/);
  });

  test('a run writes exactly one manifest.json, with one key digest, and the tables it names', () => {
    const files = readdirSync(join(folder, 'mine'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => file.endsWith('manifest.json'))).toEqual(['manifest.json']);
    const text = readFileSync(join(folder, 'mine', 'manifest.json'), 'utf8');
    expect(text.match(/"digest":/g)?.length).toBe(1);
    for (const { file } of Object.values<{ file: string }>(JSON.parse(text).tables)) expect(files).toContain(file);
  });

  test('verify repeats it', async () => {
    const { status, stdout } = await cli('verify', 'mine');
    expect(status).toBe(0);
    expect(stdout).toContain('mine: same, digest');
  });

  test.each(['parquet', 'csv', 'json'])('export writes the tables as %s', async (format) => {
    expect(await cli('export', 'mine', '--to', format, '--out', format)).toMatchObject({ status: 0 });
    expect(readdirSync(join(folder, format)).length).toBeGreaterThanOrEqual(8);
  });
});

test('-o json prints a summary for programs, and nothing else on stdout', async () => {
  const { status, stdout } = await cli('run', 'mine.yaml', '--out', 'json-run', '--quiet', '-o', 'json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'RunSummary', digest: expect.stringMatching(/^[0-9a-f]{16}$/) });
});

test('--seed and --set change the run, and --set of an unknown path is refused with the nearest one', async () => {
  const digest = async (...args: string[]): Promise<string> =>
    JSON.parse((await cli('run', 'mine.yaml', '--out', 'varied', '-q', '-o', 'json', ...args)).stdout).digest;
  const plain = await digest();
  expect(await digest()).toBe(plain);
  expect(await digest('--seed', '99')).not.toBe(plain);
  expect(await digest('--set', 'orchestration.podStartup=9s')).not.toBe(plain);
  const wrong = await cli('run', 'mine.yaml', '--set', 'orchestration.podStartUp=9s');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('podStartup');
  expect(await cli('run', 'mine.yaml', '--seed', 'x')).toMatchObject({ status: 2 });
});

test('a broken scenario tells all its problems at their places, exits with 2 and leaves nothing behind', async () => {
  const text = readFileSync(join(folder, 'mine.yaml'), 'utf8').replace(
    /^ {2}duration: .*$/m,
    '  duration: 10\n  sead: 3',
  );
  writeFileSync(join(folder, 'broken.yaml'), text);
  const { status, stdout, stderr } = await cli('run', 'broken.yaml', '--out', 'broken');
  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/broken\.yaml:\d+:\d+ {2}spec\.duration/);
  expect(stderr).toContain('sead');
  expect(stderr).toContain('seed');
  expect(existsSync(join(folder, 'broken'))).toBe(false);
});

describe('why', () => {
  interface Explained {
    readonly decision: number;
    readonly pod: string;
    readonly node: string;
    readonly considered_nodes: number;
    readonly tie_set: readonly string[];
    readonly nodes: readonly { node: string; verdict: string; total: number; scores: object }[];
  }
  const explained = async (...args: string[]): Promise<Explained[]> => {
    const { status, stdout } = await cli('why', 'mine', ...args, '-o', 'json');
    expect(status).toBe(0);
    const { kind, decisions } = JSON.parse(stdout) as { kind: string; decisions: Explained[] };
    expect(kind).toBe('DecisionExplanations');
    return decisions;
  };

  test('tells of each decision on a pod every node with its scores, and of one decision the same', async () => {
    const [first] = await explained('--decision', '0');
    const decisions = await explained('--pod', first!.pod);
    expect(decisions[0]).toEqual(first);
    for (const { pod, node, considered_nodes: considered, tie_set: ties, nodes } of decisions) {
      expect(pod).toBe(first!.pod);
      expect(nodes).toHaveLength(considered);
      expect(nodes[0]).toMatchObject({ node, verdict: 'chosen' });
      expect(ties).toContain(node);
    }
    const { status, stdout, stderr } = await cli('why', 'mine', '--pod', first!.pod);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Scheduler:  kube-scheduler\n');
    expect(stdout).toMatch(/^NODE +VERDICT .*NodeResourcesFit .*TOTAL$/m);
    for (const { node, total } of first!.nodes) expect(stdout).toMatch(new RegExp(`^${node} .* ${total}$`, 'm'));
  });

  test('an unknown pod is answered with the nearest, an unknown decision with those that are there', async () => {
    const [{ pod }] = (await explained('--decision', '0')) as [Explained];
    const wrong = await cli('why', 'mine', '--pod', `${pod.slice(0, -3)}x${pod.slice(-2)}`);
    expect([wrong.status, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain(`did you mean ${pod}?`);
    expect((await cli('why', 'mine', '--pod', 'z')).stderr).toMatch(/it has \d+, such as /);
    const late = await cli('why', 'mine', '--decision', '99999');
    expect(late.status).toBe(2);
    expect(late.stderr).toContain('they go from 0 to ');
    const another = await cli('why', 'mine', '--pod', pod, '--decision', '99999');
    expect(another.status).toBe(2);
    expect(another.stderr).toContain(`decision 99999 was not on pod ${pod}: its decisions are 0`);
    expect(await cli('why', 'mine')).toMatchObject({ status: 2, stderr: expect.stringContaining('--pod NAME') });
    expect((await cli('why', 'mine', '--decision', 'x')).status).toBe(2);
    expect(await cli('why', 'nowhere', '--pod', pod)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no results folder'),
    });
  });

  test('results without verdicts say how to get them, and what they have', async () => {
    await cli('run', 'mine.yaml', '--out', 'silent', '-q', '--set', 'results.verdicts=false');
    const { status, stdout } = await cli('why', 'silent', '--decision', '0');
    expect(status).toBe(0);
    expect(stdout).toContain('Choice: ');
    expect(stdout).toContain('--set results.verdicts=true');
  });
});

test('a full standard output fails with one line, and a full standard error does not matter', () => {
  const full = openSync('/dev/full', 'w');
  const list = spawnSync(process.execPath, [builtProgram, 'list'], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  expect(list.status).toBe(3);
  expect(list.stderr).toMatch(/^codeco-sim failed: cannot write to standard output: .*\n$/);
  const args = [builtProgram, 'run', 'mine.yaml', '--out', 'unheard'];
  const run = spawnSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', full], encoding: 'utf8' });
  expect(run.status).toBe(0);
  expect(run.stdout).toContain('Digest');
  closeSync(full);
});

test('a folder that cannot be made is told at once, with what to do', async () => {
  const { status, stderr } = await cli('run', 'mine.yaml', '--out', '/proc/results');
  expect(status).toBe(2);
  expect(stderr).toContain('cannot create the results folder /proc/results');
  expect(await cli('init', 'nowhere/mine.yaml')).toMatchObject({ status: 2 });
  expect(await cli('init', 'mine.json')).toMatchObject({ status: 2 });
});

test('results that were changed are not verified', async () => {
  await cli('run', 'mine.yaml', '--out', 'touched', '-q');
  const table = join(folder, 'touched', 'requests.arrow');
  const bytes = readFileSync(table);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(table, bytes);
  const { status, stderr } = await cli('verify', 'touched');
  expect(status).toBe(2);
  expect(stderr).toContain('requests.arrow');
});

test('results of another build whose world this one cannot run are named as such', async () => {
  await cli('run', 'mine.yaml', '--out', 'foreign', '-q');
  const file = (name: string) => join(folder, 'foreign', name);
  const stored = JSON.parse(readFileSync(file('scenario.json'), 'utf8'));
  delete stored.world.orchestration.podStartup;
  const text = JSON.stringify(stored);
  writeFileSync(file('scenario.json'), text);
  const manifest = JSON.parse(readFileSync(file('manifest.json'), 'utf8'));
  manifest.program = '0123456789abcdef';
  manifest.files['scenario.json'] = { bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') };
  writeFileSync(file('manifest.json'), JSON.stringify(manifest));
  const { status, stderr } = await cli('verify', '-q', 'foreign');
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^foreign was recorded by another build of codeco-sim \(.*0123456789abcdef; .*run the scenario again\n$/,
  );
});

test('explain prints a field from the schema, and the nearest one of an unknown field', async () => {
  expect((await cli('explain', 'spec.users.requests.rate')).stdout).toContain('rate');
  const { status, stderr } = await cli('explain', 'spec.users.requests.rat');
  expect(status).toBe(2);
  expect(stderr).toContain('rate');
});

test('list prints every registry, and one of them alone', async () => {
  expect((await cli('list')).stdout).toContain('riverside-district');
  const schedulers = JSON.parse((await cli('list', 'scheduler', '-o', 'json')).stdout) as { name: string }[];
  expect(schedulers.map(({ name }) => name)).toEqual([
    'kube-scheduler',
    'lowest-latency',
    'random',
    'round-robin',
    'first-fit',
    'best-fit',
    'worst-fit',
    'spread',
    'swm',
  ]);
  expect(await cli('list', 'planets')).toMatchObject({ status: 2 });
});
