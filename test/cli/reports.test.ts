import { expect, test } from 'vitest';
import sax, { type QualifiedTag, type Tag } from 'sax';
import { csvText } from '../../src/cli/csv.ts';
import { junitXml } from '../../src/cli/junit.ts';
import { stepSummary } from '../../src/cli/step-summary.ts';
import type { ExpectationReport } from '../../src/experiment/index.ts';

const reports: ExpectationReport[] = [
  {
    results: 'results/"a" & <b>',
    findings: [
      {
        expectation: 'requests.latency.p95 < 80ms',
        subject: 'size=1',
        passed: true,
        isSure: true,
        value: 72e6,
        low: 70e6,
        high: 74e6,
      },
      {
        expectation: 'requests.failed / requests.sent < 0.1%',
        subject: 'a|b\u0001',
        passed: false,
        isSure: undefined,
        value: 0.02,
      },
    ],
  },
];

test('JUnit XML is well formed whatever names hold, counts its failures, and says what was found', () => {
  const tags: (Tag | QualifiedTag)[] = [];
  const parser = new sax.SAXParser(true);
  parser.onopentag = (tag) => tags.push(tag);
  parser.onerror = (error) => {
    throw error;
  };
  parser.write(junitXml(reports)).close();
  expect(tags.map(({ name, attributes }) => [name, attributes])).toEqual([
    ['testsuites', {}],
    ['testsuite', { name: 'results/"a" & <b>', tests: '2', failures: '1', errors: '0' }],
    ['testcase', { classname: 'size=1', name: 'requests.latency.p95 < 80ms' }],
    ['testcase', { classname: 'a|b\ufffd', name: 'requests.failed / requests.sent < 0.1%' }],
    ['failure', { message: 'found 2 %' }],
  ]);
});

test('the step summary tells failures first, and no name breaks its table', () => {
  const lines = stepSummary(reports).split('\n');
  expect(lines[0]).toBe('### Expectations: 1 of 2 failed');
  expect(lines[4]).toContain('❌');
  expect(lines[4]!.match(/\|/g)).toHaveLength(5);
  expect(lines[5]).toContain('72 ms (70 ms … 74 ms)');
});

test('CSV quotes what needs it, and leaves what is not known empty', () => {
  expect(
    csvText([
      { a: 'x, "y"', b: 1 },
      { a: '', c: true },
    ]),
  ).toBe('a,b,c\n"x, ""y""",1,\n"",,true\n');
  expect(csvText([])).toBe('');
});
