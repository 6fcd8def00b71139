import {
  choicesOf,
  fieldsOf,
  remarksOf,
  typeName,
  type Field,
  type FieldSchema,
} from '../src/scenario/field-documentation.ts';
import { publishedSchemas } from '../src/scenario/index.ts';

/** Tables of long cells are not for a formatter to align. */
const [UNFORMATTED, FORMATTED] = ['<!-- prettier-ignore-start -->', '<!-- prettier-ignore-end -->'];

const HEAD = `# Scenario and experiment files: every field

Generated from the schema by \`npm run schema\`; do not edit. \`codeco-sim explain spec.users.requests.rate\` tells the same of
one field, and \`codeco-sim validate FILE\` what is wrong with a file. A field that has no default may be left out unless it is
required. Where the same fields are documented above, the table refers to them.
`;

/** The reference of scenario and experiment files as Markdown: a section for each object, a row for each of its fields. */
export function scenarioReference(): string {
  const sections = Object.entries(publishedSchemas).map(([name, schema]) => {
    const seen = new Map<string, string>();
    const title = `## ${name === 'scenario' ? 'Scenario' : 'Experiment'}\n`;
    return [title, ...sectionsOf('', schema as unknown as FieldSchema, seen)].join('\n');
  });
  return `${HEAD}\n${UNFORMATTED}\n\n${sections.join('\n').trimEnd()}\n\n${FORMATTED}\n`;
}

function sectionsOf(path: string, schema: FieldSchema, seen: Map<string, string>): string[] {
  const fields = fieldsOf(schema);
  if (path !== '') seen.set(JSON.stringify(fields), path);
  const below: string[] = [];
  const rows = fields.map((field) => {
    const own = path === '' ? field.name : `${path}.${field.name}`;
    const inner = fieldsOf(field.schema);
    const known = seen.get(JSON.stringify(inner));
    if (inner.length > 0 && known === undefined) below.push(...sectionsOf(own, field.schema, seen));
    const where = inner.length === 0 ? '' : ` Fields: [${known ?? own}](#${anchor(known ?? own)}).`;
    return row(field, where);
  });
  const title = path === '' ? '' : `### ${path}\n\n${clean(schema.description ?? '')}\n\n`;
  return [`${title}| field | type | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`, ...below];
}

function row({ name, schema, isRequired }: Field, where: string): string {
  const choices = choicesOf(schema).map(({ name: choice, sentence }) =>
    sentence === undefined ? `\`${choice}\`` : `\`${choice}\`: ${clean(sentence)}`,
  );
  const meaning = [
    isRequired ? '**Required.**' : '',
    clean(schema.description ?? ''),
    ...remarksOf(schema).map((remark) => `${clean(remark)}.`),
    choices.length === 0 ? '' : `One of ${choices.join('; ')}.`,
  ].filter((part) => part !== '');
  return `| \`${name}\` | ${clean(typeName(schema))} | ${meaning.join(' ')}${where} |`;
}

/** Text that a table of Markdown takes as it is. */
const clean = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');

/** The anchor that GitHub gives a heading. */
const anchor = (path: string): string => path.toLowerCase().replaceAll(/[^a-z0-9-]/g, '');
