/**
 * Writes the published JSON Schemas, of scenarios and of experiments, from their sources: npx tsx scripts/scenario-schema.ts
 * A test demands that they are the same.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { publishedSchemas } from '../src/scenario/index.ts';

for (const [name, schema] of Object.entries(publishedSchemas)) {
  const file = `scenarios/schema/${name}.schema.json`;
  writeFileSync(file, JSON.stringify(schema));
  execFileSync(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--write', file], { stdio: 'inherit' });
}
