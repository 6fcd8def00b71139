/**
 * Writes the published JSON Schema of scenarios from its source: npx tsx scripts/scenario-schema.ts
 * A test demands that the two are the same.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { publishedSchema } from '../src/scenario/index.ts';

const file = 'scenarios/schema/scenario.schema.json';
writeFileSync(file, JSON.stringify(publishedSchema()));
execFileSync(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--write', file], { stdio: 'inherit' });
