import { expect, test } from 'vitest';
import { MeasureError, measures, parseQuotient, quotientText, valueOf } from '../../src/model/index.ts';
import { tables } from '../../src/results/index.ts';

test('every measure is a column of the table of runs, in its unit', () => {
  const { columns } = tables.runs;
  for (const { column, unit } of Object.values(measures)) {
    const found = columns[column as keyof typeof columns] as { unit?: string } | undefined;
    expect(found, column).toBeDefined();
    expect(found!.unit ?? null, column).toBe(unit);
  }
});

test('a measure is read by its name, by its column, or as a quotient', () => {
  expect(parseQuotient('requests.latency.p95')).toEqual({ numerator: 'requests.latency.p95' });
  expect(parseQuotient('latency_p95_ns')).toEqual({ numerator: 'requests.latency.p95' });
  const share = parseQuotient(' requests.failed/requests.sent ');
  expect(quotientText(share)).toBe('requests.failed / requests.sent');
  expect(valueOf(share, { requests_failed: 3, requests_sent: 4 })).toBe(0.75);
  expect(valueOf(share, { requests_failed: 0, requests_sent: 0 })).toBeUndefined();
  expect(valueOf(parseQuotient('carbon'), { carbon_g: null })).toBeUndefined();
  for (const text of ['requests.lost', '', 'a / b / c', 'carbon / cost / cost', 'carbon /', 'constructor']) {
    expect(() => parseQuotient(text), text).toThrow(MeasureError);
  }
});
