import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Recorder } from '../../src/results/index.ts';
import { ending, freshFolder, header } from './fixture.ts';

test('two million requests go to disk, and memory is no more than after the first few', () => {
  const folder = freshFolder();
  const recorder = new Recorder(folder, header);
  const { requests } = recorder.tables;
  const { columns } = requests;
  const code = recorder.dictionaries.outcome.code('succeeded');
  for (const domain of ['app', 'service', 'user'] as const) recorder.dictionaries[domain].code('only');
  const record = (count: number) => {
    for (let k = 0; k < count; k++) {
      const i = requests.row();
      columns.request[i] = k;
      columns.issued_ns[i] = k;
      columns.app[i] = columns.service[i] = columns.user[i] = 0;
      columns.outcome[i] = code;
      columns.warmup[i] = 0;
      columns.attempts[i] = 1;
    }
  };
  const memoryMB = () => process.memoryUsage().rss / 1e6;
  record(200_000);
  const before = memoryMB();
  record(1_800_000);
  // the file is 170 MB; the slack is for the garbage collector's liking
  expect(memoryMB() - before).toBeLessThan(60);
  recorder.close(ending);
  expect(statSync(join(folder, 'requests.arrow')).size).toBeGreaterThan(140e6);
});
