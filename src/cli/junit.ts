import type { ExpectationReport } from '../experiment/index.ts';
import { foundText } from './expectation-text.ts';

/**
 * Expectations as JUnit's XML, which continuous integration reads: a suite for each folder of results, a test case for
 * each expectation of each run or cell.
 * Source: the elements and attributes that Jenkins' schema has (junit-10.xsd).
 */
export function junitXml(reports: readonly ExpectationReport[]): string {
  const suites = reports.map(({ results, findings }) => {
    const failures = findings.filter(({ passed }) => !passed).length;
    const cases = findings.map((finding) => {
      const open = `    <testcase classname=${attribute(finding.subject)} name=${attribute(finding.expectation)}`;
      const found = attribute(`found ${foundText(finding)}`);
      return finding.passed ? `${open}/>` : `${open}>\n      <failure message=${found}/>\n    </testcase>`;
    });
    const head = `  <testsuite name=${attribute(results)} tests="${findings.length}" failures="${failures}" errors="0">`;
    return [head, ...cases, '  </testsuite>'].join('\n');
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function attribute(text: string): string {
  // characters that XML 1.0 cannot hold, even escaped
  // eslint-disable-next-line no-control-regex
  const held = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
  return `"${held.replace(/[&<>"]/g, (c) => ESCAPES[c]!).replace(/[\t\n\r]/g, (c) => `&#${c.charCodeAt(0)};`)}"`;
}
