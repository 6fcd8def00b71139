import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { exportResults, readTable, tableNames } from '../../src/results/index.ts';
import { freshFolder, recordRun } from './fixture.ts';

/** What each library of Python says of a table: rows, columns and metadata as JSON. */
const readers = {
  pyarrow: `
import pyarrow.ipc, pyarrow.parquet
def arrow(path):
    reader = pyarrow.ipc.open_file(path)
    table = reader.read_all()
    table.validate(full=True)
    text = lambda metadata: {k.decode(): v.decode() for k, v in (metadata or {}).items()}
    fields = {f.name: {'type': str(f.type), 'nullable': f.nullable, **text(f.metadata)} for f in table.schema}
    return {'count': table.num_rows, 'rows': pick(table.to_pylist()), 'batches': reader.num_record_batches,
            'metadata': text(table.schema.metadata), 'fields': fields}
def parquet(path):
    return pick(pyarrow.parquet.read_table(path).to_pylist())
`,
  polars: `
import polars
def arrow(path):
    table = polars.read_ipc(path)
    return {'count': len(table), 'rows': pick(table.to_dicts())}
def parquet(path):
    return pick(polars.read_parquet(path).to_dicts())
`,
};

/** Of a long table, rows at its begin and around the end of its first batch: to compare them all takes too long. */
const pick = (rows: unknown[]) => (rows.length < 1000 ? rows : [...rows.slice(0, 500), ...rows.slice(65_436)]);

const main = `
import json, sys
pick = lambda rows: rows if len(rows) < 1000 else rows[:500] + rows[65436:]
print(json.dumps({t: {'arrow': arrow(f'{sys.argv[1]}/{t}.arrow'), 'parquet': parquet(f'{sys.argv[2]}/{t}.parquet')}
                  for t in sys.argv[3:]}))
`;

type Answer = Record<
  string,
  {
    parquet: unknown[];
    arrow: {
      count: number;
      rows: unknown[];
      batches?: number;
      metadata?: Record<string, string>;
      fields?: Record<string, Record<string, unknown>>;
    };
  }
>;

for (const [library, script] of Object.entries(readers)) {
  const there = spawnSync('python3', ['-c', `import ${library}`]).status === 0;
  const reason = there ? '' : ` (skipped: python3 with ${library} is not here)`;

  test.skipIf(!there)(`${library} reads every table as it was written, from Arrow and from Parquet${reason}`, async () => {
    const [folder, out] = [freshFolder(), freshFolder()];
    const { digest } = recordRun(folder, 66_000);
    await exportResults(folder, 'parquet', out);
    const output = execFileSync('python3', ['-c', script + main, folder, out, ...tableNames], { maxBuffer: 1 << 30 });
    const answer = JSON.parse(output.toString()) as Answer;
    for (const name of tableNames) {
      const rows = (await readTable(folder, name)).toArray().map((row) => row.toJSON() as unknown);
      expect(answer[name]!.arrow.count, name).toBe(rows.length);
      expect(answer[name]!.arrow.rows, name).toEqual(pick(rows));
      expect(answer[name]!.parquet, name).toEqual(pick(rows));
    }
    const { batches, metadata, fields } = answer['requests']!.arrow;
    if (library !== 'pyarrow') return;
    expect(batches).toBe(2);
    expect(metadata).toMatchObject({ table: 'requests', scenario: 'small', scenario_hash: 'ab12', seed: '7', digest });
    expect(fields).toMatchObject({
      request: { type: 'int32', nullable: false },
      latency_ns: { type: 'double', nullable: true, unit: 'ns', description: 'from issue to response' },
      user: { type: 'dictionary<values=string, indices=int32, ordered=0>', nullable: false },
      warmup: { type: 'bool', nullable: false },
    });
    expect(answer['nodes']!.arrow.fields).toMatchObject({
      power_w: { unit: 'W' },
      energy_j: { unit: 'J' },
      memory_requested_bytes: { unit: 'bytes' },
    });
  });
}
