import { escape } from './escape.ts';
import { pageStyle } from './page-style.ts';
import type { DataTable, Picture } from './picture.ts';
import type { Report } from './report.ts';

/** Widths that each picture is drawn in: for a page and for a telephone. */
const WIDE = 760;
const NARROW = 350;

/** A report as one HTML file that needs nothing else. */
export function pageOf(report: Report): string {
  const {
    title,
    question,
    answer,
    answerBasis,
    facts,
    pictures,
    missing,
    decisions,
    parameters,
    commands,
    isRepeatable,
  } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escape(title)} – codeco-sim report</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<p class="kicker">codeco-sim report</p>
<h1>${escape(title)}</h1>
<p class="question">${escape(question)}</p>
</header>
<main>
<section class="answer" aria-label="Answer">
${answer.map((sentence, i) => `<p${i === 0 ? ' class="lead"' : ''}>${escape(sentence)}</p>`).join('\n')}
<p class="basis">${inline(answerBasis)}</p>
</section>
<dl class="facts">${facts.map(([name, value]) => `<div><dt>${escape(name)}</dt><dd>${escape(value)}</dd></div>`).join('')}</dl>
${contents(pictures)}
${pictures.map(figure).join('\n')}
${
  decisions === undefined
    ? ''
    : `<section id="decisions"><h2>Why pods are where they are</h2><p class="note">Decisions that found no place come first. What each plugin said of each node: ${inline(`\`${decisions.command}\``)}.</p><details><summary>${decisions.table.rows.length} decisions</summary>${dataTable(decisions.table)}</details></section>`
}
${missing.length === 0 ? '' : `<section id="missing"><h2>What is not here</h2><ul>${missing.map((text) => `<li>${inline(text)}</li>`).join('')}</ul></section>`}
<section id="again">
<h2>${isRepeatable === false ? 'How it was made' : 'To make it again'}</h2>
<pre><code>${commands.map(escape).join('\n')}</code></pre>
<p class="note">${isRepeatable === false ? 'What was observed of a real cluster is not to be had again; what was simulated is, to the byte.' : 'Equal scenario, seed and version give equal bytes, of the results and of this page.'}</p>
</section>
<section id="parameters">
<h2>Every parameter</h2>
<details><summary>${parameters.rows.length} values, defaults included</summary>${dataTable(parameters)}</details>
</section>
</main>
</body>
</html>
`;
}

function contents(pictures: readonly Picture[]): string {
  if (pictures.length < 3) return '';
  const items = pictures.map(({ id, title }) => `<li><a href="#${id}">${escape(title)}</a></li>`);
  return `<nav aria-label="Pictures"><ol>${items.join('')}</ol></nav>`;
}

function figure(picture: Picture, index: number): string {
  const { id, title, caption, table } = picture;
  return `<section id="${id}" class="figure">
<h2>${escape(title)}</h2>
<figure>
<div class="wide">${picture.draw(WIDE)}</div><div class="narrow">${picture.draw(NARROW)}</div>
<figcaption><b>Figure ${index + 1}.</b> ${escape(caption)}</figcaption>
</figure>
${table === undefined ? '' : `<details><summary>In numbers</summary>${dataTable(table)}</details>`}
</section>`;
}

const NUMERIC = /^[−+-]?[\d,.]+( [^ ]+)?$/;

/** A table whose columns of numbers stand right. */
function dataTable({ head, rows }: DataTable): string {
  const isNumeric = head.map(
    (_, i) =>
      rows.some((row) => row[i] !== '') && rows.every((row) => row[i] === '' || NUMERIC.test(String(row[i] ?? ''))),
  );
  const cell = (tag: 'td' | 'th', text: string | number, i: number) =>
    `<${tag}${isNumeric[i] === true ? ' class="n"' : ''}>${escape(String(text))}</${tag}>`;
  return (
    `<div class="scroll" tabindex="0"><table><thead><tr>${head.map((text, i) => cell('th', text, i)).join('')}</tr></thead>` +
    `<tbody>${rows.map((row) => `<tr>${row.map((text, i) => cell('td', text, i)).join('')}</tr>`).join('\n')}</tbody></table></div>`
  );
}

/** Text in which words between backticks are code. */
const inline = (text: string): string => escape(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
