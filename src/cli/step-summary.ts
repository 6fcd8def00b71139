import type { ExpectationReport } from '../experiment/index.ts';
import { foundText } from './expectation-text.ts';

/** Expectations as Markdown, for the summary of a step in GitHub Actions: what failed first. */
export function stepSummary(reports: readonly ExpectationReport[]): string {
  const findings = reports.flatMap(({ findings: own }) => own);
  const failed = findings.filter(({ passed }) => !passed);
  const title = failed.length === 0 ? `all ${findings.length} passed` : `${failed.length} of ${findings.length} failed`;
  const rows = [...failed, ...findings.filter(({ passed }) => passed)].map((finding) => {
    const mark = finding.passed ? '✅' : '❌';
    return `| ${mark} | ${cell(finding.expectation)} | ${cell(foundText(finding))} | ${cell(finding.subject)} |`;
  });
  return [
    `### Expectations: ${title}`,
    '',
    '| | expectation | found | results |',
    '| - | - | - | - |',
    ...rows,
    '',
  ].join('\n');
}

/** As text: no character of Markdown or HTML has its meaning. */
const cell = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>|&#~]/g, (c) => `&#${c.charCodeAt(0)};`).replace(/\s+/g, ' ');
