/**
 * Writes the published JSON Schemas of scenarios and of experiments, and their reference docs/scenario.md, from their sources:
 * npx tsx scripts/scenario-schema.ts. Tests demand that they are the same.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { publishedSchemas } from '../src/scenario/index.ts';
import { scenarioReference } from './scenario-reference.ts';

for (const [name, schema] of Object.entries(publishedSchemas)) {
  const file = `scenarios/schema/${name}.schema.json`;
  writeFileSync(file, JSON.stringify(schema));
  execFileSync(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--write', file], { stdio: 'inherit' });
}
writeFileSync('docs/scenario.md', scenarioReference());
