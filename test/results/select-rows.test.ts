import { expect, test } from 'vitest';
import { readTable, selectRows } from '../../src/results/index.ts';
import { freshFolder, recordRun } from './fixture.ts';

const rows = 70_000; // two batches
const folder = (): string => {
  const fresh = freshFolder();
  recordRun(fresh, rows);
  return fresh;
};

test('rows are found by a text, by a number and by a truth value, in their order and whole', async () => {
  const results = folder();
  const whole = (await readTable(results, 'requests')).toArray().map((row) => row!.toJSON());
  const ofUser = await selectRows(results, 'requests', 'user', new Set(['user-7', 'user-991']));
  expect(ofUser).toEqual(whole.filter(({ user }) => user === 'user-7' || user === 'user-991'));
  expect(ofUser).toHaveLength(140);
  // on both sides of the border between batches
  const byNumber = await selectRows(results, 'requests', 'request', new Set([65_536, 3, 65_535]));
  expect(byNumber.map(({ request }) => request)).toEqual([3, 65_535, 65_536]);
  expect(byNumber).toEqual(whole.filter(({ request }) => [3, 65_535, 65_536].includes(request)));
  expect(await selectRows(results, 'requests', 'warmup', new Set([true]))).toEqual(whole.slice(0, 10));
});

test('a string that comes up in the second batch only is found, and cells without a value are not', async () => {
  const results = folder();
  const late = await selectRows(results, 'requests', 'pod', new Set(['pod-69']));
  // of the requests from 69,000 on every third failed and reached no pod
  expect(late.map(({ request }) => request)).toEqual(
    Array.from({ length: 1000 }, (_, i) => 69_000 + i).filter((request) => request % 3 !== 2),
  );
});

test('nothing is found by what is not there, and an unknown column is an error', async () => {
  const results = folder();
  expect(await selectRows(results, 'requests', 'user', new Set(['nobody']))).toEqual([]);
  expect(await selectRows(results, 'links', 'link', new Set(['backhaul']))).toEqual([]);
  await expect(selectRows(results, 'requests', 'colour' as 'user', new Set(['red']))).rejects.toThrow(
    'requests.arrow: found no column colour',
  );
});
