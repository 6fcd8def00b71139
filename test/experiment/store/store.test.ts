import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signedHeaders } from '../../../src/experiment/store/signature.ts';
import { bytesIn, writeExperiment } from '../execution/fixture.ts';
import { S3StandIn } from './s3-stand-in.ts';

// the examples of Amazon S3's API Reference, "Signature Calculations for the Authorization Header"
const example = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
test.each([
  {
    what: 'GetObject',
    method: 'GET',
    path: 'test.txt',
    headers: { range: 'bytes=0-9' },
    body: '',
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    what: 'PutObject',
    method: 'PUT',
    path: 'test$file.text',
    headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    body: 'Welcome to Amazon S3.',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    what: 'ListObjects',
    method: 'GET',
    path: '?max-keys=2&prefix=J',
    headers: {},
    body: '',
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
])('a request is signed as in the published example of $what', ({ method, path, headers, body, signature }) => {
  // prettier-ignore
  const url = new URL(`https://examplebucket.s3.amazonaws.com/${path}`);
  const at = new Date('2013-05-24T00:00:00Z');
  const { authorization } = signedHeaders({ method, url, bodyHash: hash(body), headers }, example, 'us-east-1', at);
  expect(authorization).toMatch(new RegExp(`Signature=${signature}$`));
});

describe('a sweep that is kept in a store', { timeout: 120_000 }, () => {
  let folder: string;
  let store: S3StandIn;
  let file: string;
  beforeAll(async () => {
    execFileSync(process.execPath, ['scripts/bootstrap.mjs'], { stdio: 'ignore' });
    folder = mkdtempSync(join(tmpdir(), 'codeco-sim-store-'));
    cpSync(join(import.meta.dirname, '../files/tiny.yaml'), join(folder, 'tiny.yaml'));
    file = writeExperiment(folder, 'kept', '  vary: { "users[0].count": [1, 2, 3] }\n');
    store = await S3StandIn.start('results');
  });
  afterAll(() => {
    store.stop();
    rmSync(folder, { recursive: true });
  });

  /** The program, while the stand-in answers it. */
  function run(args: readonly string[], environment: Record<string, string> = store.environment) {
    const child = spawn(process.execPath, [resolve('dist/cli/main.js'), ...args], {
      cwd: folder,
      env: { PATH: process.env['PATH'], NO_COLOR: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    return new Promise<{ status: number | null; text: string }>((end) =>
      child.on('close', (status) => end({ status, text })),
    );
  }

  test('goes on elsewhere from what is there, and its shards are collected from there to the bytes of a sweep in one', async () => {
    const shard = (index: number, out: string) =>
      run(['sweep', file, '--shard', `${index}/2`, '--store', `s3://results/of/me/part-${index}`, '--out', out]);
    store.busy = 2;
    expect(await shard(1, 'first')).toMatchObject({ status: 0 });
    const again = await shard(1, 'elsewhere');
    expect(again.text).toMatch(/(\d) runs in .*, \1 of them finished before/);
    expect((await run(['collect', 's3://results/of/me', '--out', 'half'])).text).toContain('cells are missing');
    expect(await shard(2, 'second')).toMatchObject({ status: 0 });
    const collected = await run(['collect', 's3://results/of/me/', '--out', 'whole']);
    expect(collected.text).toContain('3 runs of 2 folders, complete');
    expect(await run(['sweep', file, '--out', 'alone', '-q'], {})).toMatchObject({ status: 0 });
    expect(bytesIn(join(folder, 'whole'))).toEqual(bytesIn(join(folder, 'alone')));
  });

  test.each([
    [
      'a wrong key',
      { AWS_SECRET_ACCESS_KEY: 'wrong' },
      's3://results/x',
      /403 SignatureDoesNotMatch: the signature is wrong/,
    ],
    ['another bucket', {}, 's3://no-such-bucket/x', /404 NoSuchBucket/],
    ['an empty place', {}, 's3://results/nothing', /holds no sweep/],
    [
      'no place',
      {},
      's3://results/../x',
      /"s3:\/\/results\/\.\.\/x" is no place in a store: expected s3:\/\/BUCKET\/PREFIX/,
    ],
    ['no key', { AWS_ACCESS_KEY_ID: '' }, 's3://results/x', /AWS_ACCESS_KEY_ID is not set/],
    [
      'an address that is none',
      { AWS_ENDPOINT_URL: 'store:9000' },
      's3://results/x',
      /AWS_ENDPOINT_URL is "store:9000", expected an address/,
    ],
  ])('%s is told', async (_, environment, place, message) => {
    // prettier-ignore
    const { status, text } = await run(['collect', place, '--out', 'none'], { ...store.environment, ...environment });
    expect(text).toMatch(message);
    expect(status).toBe(2);
  });
});
