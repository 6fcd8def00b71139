import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputError, loadScenario } from '../../src/scenario/index.ts';

/** All that is wrong with a scenario, as its reader is told. */
function messageOf(file: string): string {
  try {
    loadScenario(file);
  } catch (error) {
    if (error instanceof InputError) return `${error.message}\n`;
    throw error;
  }
  return 'nothing is wrong\n';
}

describe('broken scenarios are refused with exactly the expected message', () => {
  const folder = join(import.meta.dirname, 'broken');
  const project = process.cwd();
  const files = readdirSync(folder)
    .filter((name) => /^\d+-.*\.yaml$/.test(name))
    .toSorted();

  beforeAll(() => process.chdir(folder));
  afterAll(() => process.chdir(project));

  test('there are at least 45 of them, each with its message', () => {
    expect(files.length).toBeGreaterThanOrEqual(45);
    const expected = readdirSync(folder).filter((name) => name.endsWith('.expected.txt'));
    expect(expected.toSorted()).toEqual(files.map((name) => name.replace('.yaml', '.expected.txt')));
  });

  test.each(files)('%s', (file) => {
    expect(messageOf(file)).toBe(readFileSync(file.replace('.yaml', '.expected.txt'), 'utf8'));
  });
});

describe('files that could hurt are refused without hurting', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'codeco-sim-hostile-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const scenario = (users: string) =>
    `apiVersion: codeco-sim/v1\nkind: Scenario\nmetadata: { name: hostile }\nspec:\n  duration: 1m\n` +
    `  infrastructure: { clusters: [{ name: a }] }\n  users: [{ at: { sites: ${users} } }]\n`;

  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
    .concat(
      Array.from('bcdefghij').map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(', ')}]`),
    )
    .join('\n');

  const texts: readonly [name: string, text: string | Buffer, expected: RegExp][] = [
    ['binary.yaml', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]), /not a text file: a NUL byte at offset 7/],
    ['latin1.yaml', Buffer.from([0x6e, 0x3a, 0x20, 0xe9, 0x0a]), /not a text file: it is not valid UTF-8/],
    ['bomb.yaml', bomb, /more than 200000 values once aliases are unfolded/],
    [
      'bomb-of-maps.yaml',
      bomb.replaceAll('[', '{ k: [').replaceAll(']', '] }'),
      /more than 200000 values|nested deeper/,
    ],
    ['anchors.yaml', anchors(60_000), /a document without a kind|longer than about/],
    ['deep-flow.yaml', `a: ${'['.repeat(200_000)}`, /nested deeper than 64 levels/],
    ['deep-json.json', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, /nested deeper than 64 levels/],
    [
      'deep-block.yaml',
      Array.from({ length: 2_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /nested deeper than 64/,
    ],
    ['deep-list.yaml', '- '.repeat(100_000), /nested deeper than 64 levels/],
    ['many-values.yaml', '- a\n'.repeat(2_000_000), /longer than about 200000 values/],
    [
      'many-keys.yaml',
      Array.from({ length: 150_000 }, (_, i) => `k${i}: 1\n`).join(''),
      /longer than about|without a kind/,
    ],
    ['many-documents.yaml', '---\na: 1\n'.repeat(800_000), /longer than about 200000 values/],
    ['one-scalar.yaml', `a: "${'x'.repeat(8_000_000)}"`, /a text of more than 1 MiB/],
    ['allowed-text.yaml', `a: "${'x'.repeat(1_000_000)}"`, /a document without a kind/],
    ['open-quote.yaml', `a: "${'\\n'.repeat(4_000_000)}`, /a text of more than 1 MiB \(is a quote open\?\)/],
    ['short-open-quote.yaml', `a: "${'\\n'.repeat(500_000)}`, /Missing closing "quote/],
    ['huge-table.yaml', scenario('huge.csv'), /40\.0 MiB is more than the 32 MiB that are read/],
    ['long-table.yaml', scenario('long.csv'), /more than 1000000 rows/],
    ['table-is-binary.yaml', scenario('binary.yaml'), /not a text file/],
    ['link-out.yaml', scenario('out.csv'), /outside the scenario's folder/],
    ['link-circle.yaml', scenario('circle.csv'), /symbolic links in a circle/],
    ['device.yaml', scenario('device'), /outside the scenario's folder/],
    ['pipe-reference.yaml', scenario('pipe'), /not a regular file/],
  ];

  test('whatever it is, it takes neither a crash, nor a hang, nor 500 MB', () => {
    for (const [name, text] of texts) writeFileSync(join(folder, name), text);
    for (const [name, megabytes] of [
      ['fifty.yaml', 50],
      ['huge.csv', 40],
    ] as const) {
      writeFileSync(join(folder, name), '');
      truncateSync(join(folder, name), megabytes << 20);
    }
    writeFileSync(join(folder, 'long.csv'), `x,y\n${'1,2\n'.repeat(1_100_000)}`);
    symlinkSync('/etc/hostname', join(folder, 'out.csv'));
    symlinkSync('circle.csv', join(folder, 'circle.csv'));
    symlinkSync('/dev/zero', join(folder, 'device'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    mkdirSync(join(folder, 'folder.yaml'));
    const expected = new Map<string, RegExp>(texts.map(([name, , message]) => [name, message]));
    expected.set('fifty.yaml', /50\.0 MiB is more than the 8 MiB that are read/);
    expected.set('device', /not a regular file/);
    expected.set('pipe', /not a regular file/);
    expected.set('folder.yaml', /a folder, not a file/);
    expected.set('mising.yaml', /no such file/);

    const files = [...expected.keys()].map((name) => join(folder, name));
    const child = join(import.meta.dirname, 'load-files.ts');
    // the limits bound a hang and a leak; they measure nothing
    const output = execFileSync(
      process.execPath,
      ['--max-old-space-size=400', '--expose-gc', '--import', 'tsx', child, ...files],
      {
        encoding: 'utf8',
        timeout: 100_000,
      },
    );
    const { outcomes, peakKilobytes } = JSON.parse(output) as {
      outcomes: Record<string, string>;
      peakKilobytes: number;
    };
    for (const [name, message] of expected) expect(outcomes[join(folder, name)], name).toMatch(message);
    expect(peakKilobytes).toBeLessThan(500_000);
  });

  test('a folder that is allowed can be read, and only that one', () => {
    const inside = join(folder, 'inside');
    const outside = join(folder, 'outside');
    for (const path of [inside, outside, `${outside}-too`]) mkdirSync(path);
    writeFileSync(join(outside, 'sites.csv'), 'x,y\n1,2\n');
    writeFileSync(join(`${outside}-too`, 'sites.csv'), 'x,y\n1,2\n');
    const file = join(inside, 'scenario.yaml');
    writeFileSync(file, scenario('../outside/sites.csv'));
    expect(messageOf(file)).toContain("outside the scenario's folder");
    expect(loadScenario(file, { allow: [outside] }).world.users).toHaveLength(1);
    expect(() => loadScenario(file, { allow: [join(folder, 'nowhere')] })).toThrow(/does not exist/);
    writeFileSync(file, scenario('../outside-too/sites.csv'));
    expect(() => loadScenario(file, { allow: [outside] })).toThrow(/outside the scenario's folder/);
  });
});

test('a folder is allowed by whichever name, where the path to it passes through a symbolic link', () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'codeco-sim-links-')));
  try {
    for (const path of ['district', 'real/data', 'secret']) mkdirSync(join(base, path), { recursive: true });
    symlinkSync(join(base, 'real'), join(base, 'shared'));
    for (const path of ['real/data', 'secret']) writeFileSync(join(base, path, 'sites.csv'), 'x,y\n1,2\n');
    symlinkSync(join(base, 'secret/sites.csv'), join(base, 'real/data/out.csv'));
    const file = join(base, 'district/scenario.yaml');
    const write = (sites: string) =>
      writeFileSync(
        file,
        'apiVersion: codeco-sim/v1\nkind: Scenario\nmetadata: { name: links }\nspec:\n  duration: 1m\n' +
          `  infrastructure: { clusters: [{ name: a }] }\n  users: [{ at: { sites: ${sites} } }]\n`,
      );
    write('../shared/data/sites.csv');
    const remedy = /pass --allow (\S+)/.exec(messageOf(file))![1]!;
    const named = ['shared', 'shared/data', 'real', 'real/data'].map((name) => resolve(base, name));
    // the remedy is a path from where the program runs
    for (const folder of [resolve(remedy), ...named])
      expect(loadScenario(file, { allow: [folder] }).world.users, folder).toHaveLength(1);
    expect(() => loadScenario(file, { allow: [join(base, 'secret')] })).toThrow(/outside the scenario's folder/);
    write('../shared/data/out.csv');
    for (const folder of ['shared', 'real'])
      expect(() => loadScenario(file, { allow: [join(base, folder)] })).toThrow(/outside the scenario's folder/);
    write('../shared/data/none.csv');
    for (const folder of ['shared', 'real'])
      expect(() => loadScenario(file, { allow: [join(base, folder)] })).toThrow(/no such file/);
    write('../shared/none/none.csv');
    expect(() => loadScenario(file)).toThrow(/outside the scenario's folder/);
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});

function anchors(count: number): string {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) lines.push(`k${i}: &a${i} 1`, `l${i}: *a${i}`);
  return lines.join('\n');
}
