import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scenarioReference } from '../scripts/scenario-reference.ts';
import { processIo } from '../src/cli/io.ts';
import { callProgram } from './cli/call-program.ts';
import { readTable } from '../src/results/index.ts';

const pages = ['README.md', ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))];
const textOf = (page: string) => readFileSync(page, 'utf8');
const linksOf = (page: string) =>
  [...textOf(page).matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)].map(([, text, target]) => ({
    text: text!,
    target: target!,
  }));

let folder: string;
beforeAll(() => {
  execFileSync(process.execPath, ['scripts/bootstrap.mjs'], { stdio: 'ignore' });
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-docs-'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the reference of scenarios is that of the schema (npm run schema writes it)', () => {
  expect(textOf('docs/scenario.md')).toBe(scenarioReference());
});

test.each(pages)('%s links to what is there', (page) => {
  const anchors = new Set(
    [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
  const dead = linksOf(page).filter(({ target }) => {
    if (/^https?:/.test(target)) return false;
    if (target.startsWith('#')) return !anchors.has(target.slice(1));
    return !existsSync(join(dirname(page), target.replace(/#.*/, '')));
  });
  expect(dead).toEqual([]);
});

test('the models are held to their answers by tests with these words', () => {
  const tests = linksOf('docs/models.md').filter(({ target }) => target.endsWith('.test.ts'));
  expect(tests.length).toBeGreaterThan(30);
  const unsaid = tests.filter(({ text, target }) => !textOf(join('docs', target)).includes(text));
  expect(unsaid).toEqual([]);
});

/** The lines of blocks of shell that call the program, without their comments. */
const commands = pages.flatMap((page) =>
  [...textOf(page).matchAll(/^```(?:sh)?\n([^]*?)^```$/gm)].flatMap(([, block]) =>
    block!
      .replaceAll('\\\n', ' ')
      .split('\n')
      .flatMap((line) => {
        const call = /^(?:npx )?codeco-sim ([a-z].*?)\s*(?:#.*)?$/.exec(line.trim());
        return call === null ? [] : [{ page, call: call[1]! }];
      }),
  ),
);

/** The program's commands, as the files of its folder add them. */
async function commandTree(): Promise<Command> {
  const program = new Command('codeco-sim');
  // what has a hyphen is a part of another command
  for (const name of readdirSync('src/cli/commands').filter((file) => !file.includes('-'))) {
    const exports = (await import(`../src/cli/commands/${name.slice(0, -3)}.ts`)) as Record<string, unknown>;
    for (const [key, add] of Object.entries(exports)) {
      if (!/^add\w+Command$/.test(key)) continue;
      (add as (program: Command, io: unknown) => void)(program, processIo());
    }
  }
  return program;
}

test('commands and options of the examples are those of the program', async () => {
  expect(commands.length).toBeGreaterThan(12);
  const program = await commandTree();
  const wrong = commands.flatMap(({ page, call }) => {
    const words = call.match(/"[^"]*"|'[^']*'|\S+/g)!;
    let command: Command | undefined = program;
    for (const word of words) {
      const inner: Command | undefined = command.commands.find((each) => each.name() === word);
      if (inner === undefined) break;
      command = inner;
    }
    const options = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/=.*/, ''));
    const unknown = options.filter(
      (option) => !command.options.some(({ long, short }) => [long, short].includes(option)),
    );
    return [
      ...(command === program ? [`${page}: no command ${words[0]}`] : []),
      ...unknown.map((option) => `${page}: codeco-sim ${call}: no ${option}`),
    ];
  });
  expect(wrong).toEqual([]);
});

test('the first commands of the README do what they say, one after the other', { timeout: 240_000 }, async () => {
  // what needs neither other results nor a cluster, and ends by itself
  const first = /^(init|validate|explain|run|verify|describe|report|query|export|list)\b/;
  const calls = commands.filter(({ page, call }) => page === 'README.md' && first.test(call)).map(({ call }) => call);
  expect(calls.slice(0, 4).map((call) => call.split(' ')[0])).toEqual(['init', 'validate', 'explain', 'run']);
  for (const call of calls) {
    const words = call.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ''));
    expect(await callProgram(folder, words), call).toMatchObject({ status: 0 });
  }
  for (const made of ['mine.yaml', 'results/mine/manifest.json', 'report.html', 'figures/map.svg']) {
    expect(existsSync(join(folder, made)), made).toBe(true);
  }
});

/** Blocks of code that a page says the file of, and the line that they stand behind. */
const additions = [
  ...textOf('docs/adding-an-algorithm.md').matchAll(/^```ts file=(\S+)(?: after="(.*)")?\n([^]*?)^```$/gm),
].map(([, file, after, code]) => ({ file: file!, after, code: code! }));

test(
  'the algorithm that the page adds is checked, runs, and does what the page says',
  { timeout: 240_000 },
  async () => {
    for (const name of ['src', 'scenarios', 'package.json', 'tsconfig.json'])
      cpSync(name, join(folder, name), { recursive: true });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    expect(additions.length).toBe(4);
    for (const { file, after, code } of additions) {
      const path = join(folder, file);
      if (after === undefined) {
        writeFileSync(path, code);
        continue;
      }
      const lines = readFileSync(path, 'utf8').split('\n');
      const at = lines.findIndex((line) => line.includes(after));
      expect(at, `${file} has a line ${after}`).toBeGreaterThanOrEqual(0);
      lines.splice(at + 1, 0, code.trimEnd());
      writeFileSync(path, lines.join('\n'));
    }
    const run = (...args: string[]) => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    const built = run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json');
    expect(built.stdout).toBe('');
    const call = commands.find(({ call: each }) => each.includes('scheduler=smallest-node'))!.call.split(' ');
    expect(run('dist/cli/main.js', ...call, '--quiet')).toMatchObject({ status: 0, stderr: '' });
    const pods = (await readTable(join(folder, 'results/mine'), 'pods')).toArray() as { cluster: string }[];
    expect(pods.map(({ cluster }) => cluster)).toEqual(['edge', 'edge']);
    const [row] = (await readTable(join(folder, 'results/mine'), 'runs')).toArray() as { requests_failed: number }[];
    expect(row!.requests_failed).toBe(0);
    expect(run('dist/cli/main.js', 'why', 'results/mine', '--decision', '0').stdout).toContain('smallest-node');
  },
);
