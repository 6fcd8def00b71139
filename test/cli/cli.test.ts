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
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// the program as users run it: built, in a process of its own
const program = resolve('dist/cli/main.js');
let folder: string;
beforeAll(() => {
  execFileSync(process.execPath, ['scripts/bootstrap.mjs'], { stdio: 'ignore' });
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function cli(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('without arguments, and with --help, it says what it can do', () => {
  expect(cli('--help').stdout).toContain('Exit status: 0 done');
  for (const command of ['run', 'validate', 'explain', 'init', 'list', 'verify', 'why', 'view', 'export']) {
    expect(cli('--help').stdout).toContain(`  ${command} `);
    expect(cli(command, '--help').status).toBe(0);
  }
});

test('an unknown command is a usage error with the nearest one', () => {
  const { status, stderr } = cli('rum');
  expect(status).toBe(2);
  expect(stderr).toContain('Did you mean run?');
});

describe('the first steps of a stranger', () => {
  test('init writes a scenario that is valid and runs; a second init does not overwrite it', () => {
    expect(cli('init', 'mine.yaml')).toMatchObject({ status: 0 });
    const again = cli('init', 'mine.yaml');
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('--force');
    expect(cli('validate', 'mine.yaml')).toMatchObject({ status: 0, stderr: '' });
    const run = cli('run', 'mine.yaml', '--out', 'mine');
    expect(run.status).toBe(0);
    for (const word of ['Requests', 'latency', 'p95', 'failures', 'Placement', 'Energy', 'Digest', 'Tables', 'Next']) {
      expect(run.stdout).toContain(word);
    }
    expect(run.stderr).toContain('100 %');
  });

  test('validate checks a file of CodecoApps alone for itself, and says how many problems it does not tell', () => {
    const good = cli('validate', join(import.meta.dirname, '../../scenarios/crossing-guard.yaml'));
    expect(good).toMatchObject({ status: 0, stderr: '' });
    expect(good.stdout).toMatch(/crossing-guard.yaml: valid, a CodecoApp, no scenario\n$/);
    writeFileSync(join(folder, 'app.yaml'), 'kind: CodecoApp\nmetadata: { name: a }\nspec: { appName: 5 }\n');
    const bad = cli('validate', 'app.yaml');
    expect(bad.status).toBe(2);
    expect(bad.stderr).toContain('app.yaml:3:18  spec.appName');
    const nodes = Array.from({ length: 130 }, (_, index) => `{ class: none-${index} }`).join(', ');
    const text = readFileSync(join(folder, 'mine.yaml'), 'utf8').replace(/nodes: \[.*\]/, `nodes: [${nodes}]`);
    writeFileSync(join(folder, 'many.yaml'), text);
    expect(cli('validate', 'many.yaml').stderr).toMatch(/\n\.\.\. and \d+ more problems\n$/);
  });

  test('a run writes exactly one manifest.json, with one key digest, and the tables it names', () => {
    const files = readdirSync(join(folder, 'mine'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => file.endsWith('manifest.json'))).toEqual(['manifest.json']);
    const text = readFileSync(join(folder, 'mine', 'manifest.json'), 'utf8');
    expect(text.match(/"digest":/g)?.length).toBe(1);
    for (const { file } of Object.values<{ file: string }>(JSON.parse(text).tables)) expect(files).toContain(file);
  });

  test('verify repeats it', () => {
    const { status, stdout } = cli('verify', 'mine');
    expect(status).toBe(0);
    expect(stdout).toContain('mine: same, digest');
  });

  test.each(['parquet', 'csv', 'json'])('export writes the tables as %s', (format) => {
    expect(cli('export', 'mine', '--to', format, '--out', format)).toMatchObject({ status: 0 });
    expect(readdirSync(join(folder, format)).length).toBeGreaterThanOrEqual(8);
  });
});

test('-o json prints a summary for programs, and nothing else on stdout', () => {
  const { status, stdout } = cli('run', 'mine.yaml', '--out', 'json-run', '--quiet', '-o', 'json');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ kind: 'RunSummary', digest: expect.stringMatching(/^[0-9a-f]{16}$/) });
});

test('--seed and --set change the run, and --set of an unknown path is refused with the nearest one', () => {
  const digest = (...args: string[]): string =>
    JSON.parse(cli('run', 'mine.yaml', '--out', 'varied', '-q', '-o', 'json', ...args).stdout).digest;
  const plain = digest();
  expect(digest()).toBe(plain);
  expect(digest('--seed', '99')).not.toBe(plain);
  expect(digest('--set', 'orchestration.podStartup=9s')).not.toBe(plain);
  const wrong = cli('run', 'mine.yaml', '--set', 'orchestration.podStartUp=9s');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('podStartup');
  expect(cli('run', 'mine.yaml', '--seed', 'x')).toMatchObject({ status: 2 });
});

test('a broken scenario tells all its problems at their places, exits with 2 and leaves nothing behind', () => {
  const text = readFileSync(join(folder, 'mine.yaml'), 'utf8').replace(
    /^ {2}duration: .*$/m,
    '  duration: 10\n  sead: 3',
  );
  writeFileSync(join(folder, 'broken.yaml'), text);
  const { status, stdout, stderr } = cli('run', 'broken.yaml', '--out', 'broken');
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
  const explained = (...args: string[]): Explained[] => {
    const { status, stdout } = cli('why', 'mine', ...args, '-o', 'json');
    expect(status).toBe(0);
    const { kind, decisions } = JSON.parse(stdout) as { kind: string; decisions: Explained[] };
    expect(kind).toBe('DecisionExplanations');
    return decisions;
  };

  test('tells of each decision on a pod every node with its scores, and of one decision the same', () => {
    const [first] = explained('--decision', '0');
    const decisions = explained('--pod', first!.pod);
    expect(decisions[0]).toEqual(first);
    for (const { pod, node, considered_nodes: considered, tie_set: ties, nodes } of decisions) {
      expect(pod).toBe(first!.pod);
      expect(nodes).toHaveLength(considered);
      expect(nodes[0]).toMatchObject({ node, verdict: 'chosen' });
      expect(ties).toContain(node);
    }
    const { status, stdout, stderr } = cli('why', 'mine', '--pod', first!.pod);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Scheduler:  kube-scheduler\n');
    expect(stdout).toMatch(/^NODE +VERDICT .*NodeResourcesFit .*TOTAL$/m);
    for (const { node, total } of first!.nodes) expect(stdout).toMatch(new RegExp(`^${node} .* ${total}$`, 'm'));
  });

  test('an unknown pod is answered with the nearest, an unknown decision with those that are there', () => {
    const [{ pod }] = explained('--decision', '0') as [Explained];
    const wrong = cli('why', 'mine', '--pod', `${pod.slice(0, -3)}x${pod.slice(-2)}`);
    expect([wrong.status, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain(`did you mean ${pod}?`);
    expect(cli('why', 'mine', '--pod', 'z').stderr).toMatch(/it has \d+, such as /);
    const late = cli('why', 'mine', '--decision', '99999');
    expect(late.status).toBe(2);
    expect(late.stderr).toContain('they go from 0 to ');
    const another = cli('why', 'mine', '--pod', pod, '--decision', '99999');
    expect(another.status).toBe(2);
    expect(another.stderr).toContain(`decision 99999 was not on pod ${pod}: its decisions are 0`);
    expect(cli('why', 'mine')).toMatchObject({ status: 2, stderr: expect.stringContaining('--pod NAME') });
    expect(cli('why', 'mine', '--decision', 'x').status).toBe(2);
    expect(cli('why', 'nowhere', '--pod', pod)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no results folder'),
    });
  });

  test('results without verdicts say how to get them, and what they have', () => {
    cli('run', 'mine.yaml', '--out', 'silent', '-q', '--set', 'results.verdicts=false');
    const { status, stdout } = cli('why', 'silent', '--decision', '0');
    expect(status).toBe(0);
    expect(stdout).toContain('Choice: ');
    expect(stdout).toContain('--set results.verdicts=true');
  });
});

test('a full standard output fails with one line, and a full standard error does not matter', () => {
  const full = openSync('/dev/full', 'w');
  const list = spawnSync(process.execPath, [program, 'list'], { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' });
  expect(list.status).toBe(3);
  expect(list.stderr).toMatch(/^codeco-sim failed: cannot write to standard output: .*\n$/);
  const args = [program, 'run', 'mine.yaml', '--out', 'unheard'];
  const run = spawnSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', full], encoding: 'utf8' });
  expect(run.status).toBe(0);
  expect(run.stdout).toContain('Digest');
  closeSync(full);
});

test('a folder that cannot be made is told at once, with what to do', () => {
  const { status, stderr } = cli('run', 'mine.yaml', '--out', '/proc/results');
  expect(status).toBe(2);
  expect(stderr).toContain('cannot create the results folder /proc/results');
  expect(cli('init', 'nowhere/mine.yaml')).toMatchObject({ status: 2 });
  expect(cli('init', 'mine.json')).toMatchObject({ status: 2 });
});

test('results that were changed are not verified', () => {
  cli('run', 'mine.yaml', '--out', 'touched', '-q');
  const table = join(folder, 'touched', 'requests.arrow');
  const bytes = readFileSync(table);
  bytes[bytes.length >> 1]! ^= 1;
  writeFileSync(table, bytes);
  const { status, stderr } = cli('verify', 'touched');
  expect(status).toBe(2);
  expect(stderr).toContain('requests.arrow');
});

test('results of another build whose world this one cannot run are named as such', () => {
  cli('run', 'mine.yaml', '--out', 'foreign', '-q');
  const file = (name: string) => join(folder, 'foreign', name);
  const stored = JSON.parse(readFileSync(file('scenario.json'), 'utf8'));
  delete stored.world.orchestration.podStartup;
  const text = JSON.stringify(stored);
  writeFileSync(file('scenario.json'), text);
  const manifest = JSON.parse(readFileSync(file('manifest.json'), 'utf8'));
  manifest.program = '0123456789abcdef';
  manifest.files['scenario.json'] = { bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') };
  writeFileSync(file('manifest.json'), JSON.stringify(manifest));
  const { status, stderr } = cli('verify', '-q', 'foreign');
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^foreign was recorded by another build of codeco-sim \(.*0123456789abcdef; .*run the scenario again\n$/,
  );
});

test('explain prints a field from the schema, and the nearest one of an unknown field', () => {
  expect(cli('explain', 'spec.users.requests.rate').stdout).toContain('rate');
  const { status, stderr } = cli('explain', 'spec.users.requests.rat');
  expect(status).toBe(2);
  expect(stderr).toContain('rate');
});

test('list prints every registry, and one of them alone', () => {
  expect(cli('list').stdout).toContain('riverside-district');
  const schedulers = JSON.parse(cli('list', 'scheduler', '-o', 'json').stdout) as { name: string }[];
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
  expect(cli('list', 'planets')).toMatchObject({ status: 2 });
});
