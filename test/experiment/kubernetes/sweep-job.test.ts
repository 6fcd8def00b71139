import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobOfSweep, planSweep, type JobOptions, type SweepJob } from '../../../src/experiment/index.ts';
import { layOut } from '../../../src/experiment/kubernetes/experiment-files.ts';
import { parseIndexes } from '../../../src/experiment/kubernetes/indexes.ts';
import { tarOf } from '../../../src/experiment/kubernetes/tar.ts';
import { readExperiment } from '../../../src/scenario/index.ts';
import { writeExperiment } from '../execution/fixture.ts';

let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'codeco-sim-job-')));
  cpSync(join(import.meta.dirname, '../files/tiny.yaml'), join(folder, 'tiny.yaml'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const options: JobOptions = {
  image: 'example.org/codeco-sim',
  namespace: 'sweeps',
  shards: 2,
  parallelism: 2,
  cpu: '2500m',
  memory: '2Gi',
  backoffLimitPerIndex: 1,
  keptOn: { claim: 'results' },
  set: [],
  allow: [],
};
const small = '  vary: { "users[0].count": [1, 2] }\n';
const podOf = ({ job }: SweepJob) => job.spec!.template.spec!;

/** Lays the files of a Job's pod out as a kubelet does. */
function unpack({ configMap, job }: SweepJob, name: string): string {
  const root = join(folder, name);
  mkdirSync(root);
  const volume = podOf({ configMap, job, results: '' }).volumes!.find((one) => one.name === 'experiment')!;
  if (volume.emptyDir === undefined) {
    for (const { key, path } of volume.configMap!.items!) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), configMap.data![key]!);
    }
  } else {
    const [[, packed]] = Object.entries(configMap.binaryData!) as [[string, string]];
    execFileSync('tar', ['-xzf', '-', '-C', root], { input: Buffer.from(packed, 'base64') });
  }
  return root;
}

test('an experiment whose files lie in several folders, some behind symbolic links, is the same in a pod', () => {
  const home = join(folder, 'home/experiments');
  mkdirSync(home, { recursive: true });
  mkdirSync(join(folder, 'home/base'));
  cpSync(join(folder, 'tiny.yaml'), join(folder, 'home/base/real.yaml'));
  symlinkSync('real.yaml', join(folder, 'home/base/tiny.yaml'));
  const file = join(home, 'linked.yaml');
  const text =
    'apiVersion: codeco-sim/v1\nkind: Experiment\nmetadata: { name: linked }\n' +
    `spec:\n  scenario: ../base/tiny.yaml\n${small}`;
  writeFileSync(file, text);
  const allow = [join(folder, 'home/base')];
  const plan = planSweep(readExperiment(file, { allow }));
  const sweep = jobOfSweep(plan, { ...options, allow, set: ['users[0].name=$(HOME)'] });
  const root = unpack(sweep, 'linked');
  const [container] = podOf(sweep).containers;
  const args = container!.args!;
  expect(args.slice(0, 4)).toEqual([
    'sweep',
    '/experiment/experiments/linked.yaml',
    '--out',
    '/results/linked/shard-$(JOB_COMPLETION_INDEX)-of-2',
  ]);
  // what is the user's is not for the kubelet to expand
  expect(args).toContain('users[0].name=$$(HOME)');
  // two whole cores, and three quarters of the memory shared by two workers
  expect(args.join(' ')).toContain('--workers 2 --worker-memory 768');
  expect(args.join(' ')).toContain('--allow /experiment/base');
  const inPod = readExperiment(join(root, 'experiments/linked.yaml'), { allow: [join(root, 'base')] });
  expect(planSweep(inPod).hash).toBe(plan.hash);
});

test('files beyond the size of a ConfigMap are packed, and those that no packing helps are refused by name', () => {
  const file = writeExperiment(folder, 'large', small);
  writeFileSync(file, `# ${'x'.repeat(1_100_000)}\n`, { flag: 'a' });
  const plan = planSweep(readExperiment(file));
  const sweep = jobOfSweep(plan, options);
  expect(sweep.configMap.data).toBeUndefined();
  expect(podOf(sweep).initContainers).toHaveLength(1);
  expect(planSweep(readExperiment(join(unpack(sweep, 'packed'), 'large.yaml'))).hash).toBe(plan.hash);

  let state = 1;
  const noise = Buffer.from(Array.from({ length: 1_500_000 }, () => (state = (state * 48_271) % 2_147_483_647) & 255));
  const table = join(folder, 'noise.csv');
  writeFileSync(table, noise);
  const files = [file, table].map((path) => ({ path, reached: path }));
  expect(() => layOut(files, [])).toThrow(
    /compressed; the largest: noise\.csv \(1\.43 MiB\), large\.yaml \(1\.05 MiB\)/,
  );
});

test('a file that is named by an absolute path is refused: a pod does not have it', () => {
  const path = join(folder, 'tiny.yaml');
  expect(() => layOut([{ path, reached: path, absolute: path }], [])).toThrow(
    /is an absolute path, which leads nowhere in a pod/,
  );
});

test('the same experiment makes the same objects, another one or other shards make another Job', () => {
  const plan = (name: string) => planSweep(readExperiment(writeExperiment(folder, name, small)));
  const nameOf = (sweep: SweepJob) => sweep.job.metadata!.name;
  const one = jobOfSweep(plan('one'), options);
  expect(jobOfSweep(plan('one'), options)).toEqual(one);
  expect(nameOf(jobOfSweep(plan('one'), { ...options, memory: '4Gi' }))).toBe(nameOf(one));
  expect(nameOf(jobOfSweep(plan('one'), { ...options, shards: 1 }))).not.toBe(nameOf(one));
  // Kubernetes lets host names, the index behind it among them, have 63 characters
  const long = jobOfSweep(plan('a'.repeat(60)), options);
  expect(nameOf(long)!.length + '-99999'.length).toBeLessThanOrEqual(63);
});

test('the indexes of a status are numbers and ranges', () => {
  expect(parseIndexes('1,3-5,7')).toEqual([1, 3, 4, 5, 7]);
  expect(parseIndexes('0-2')).toEqual([0, 1, 2]);
  expect([parseIndexes(''), parseIndexes(undefined)]).toEqual([[], []]);
});

test('an archive is read by tar, paths of more than 100 bytes as well', () => {
  const long = `${'folder/'.repeat(20)}grün.txt`;
  const entries = [
    { path: 'a.txt', content: Buffer.from('a') },
    { path: long, content: Buffer.alloc(513, 'b') },
  ];
  const root = join(folder, 'archive');
  mkdirSync(root);
  execFileSync('tar', ['-xf', '-', '-C', root], { input: tarOf(entries) });
  const listed = execFileSync('find', ['.', '-type', 'f', '-printf', '%P %s\\n'], { cwd: root, encoding: 'utf8' });
  expect(listed.trim().split('\n').toSorted()).toEqual(['a.txt 1', `${long} 513`]);
});
