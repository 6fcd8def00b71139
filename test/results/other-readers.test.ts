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
    return {'rows': table.to_pylist(), 'batches': reader.num_record_batches,
            'metadata': text(table.schema.metadata), 'fields': fields}
def parquet(path):
    return pyarrow.parquet.read_table(path).to_pylist()
`,
  polars: `
import polars
def arrow(path):
    return {'rows': polars.read_ipc(path).to_dicts()}
def parquet(path):
    return polars.read_parquet(path).to_dicts()
`,
};

const main = `
import json, sys
print(json.dumps({t: {'arrow': arrow(f'{sys.argv[1]}/{t}.arrow'), 'parquet': parquet(f'{sys.argv[2]}/{t}.parquet')}
                  for t in sys.argv[3:]}))
`;

type Answer = Record<
  string,
  {
    parquet: unknown[];
    arrow: {
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
    const { digest } = recordRun(folder, 70_000);
    await exportResults(folder, 'parquet', out);
    const output = execFileSync('python3', ['-c', script + main, folder, out, ...tableNames], { maxBuffer: 1 << 30 });
    const answer = JSON.parse(output.toString()) as Answer;
    for (const name of tableNames) {
      const rows = (await readTable(folder, name)).toArray().map((row) => row.toJSON() as unknown);
      expect(answer[name]!.arrow.rows, name).toEqual(rows);
      expect(answer[name]!.parquet, name).toEqual(rows);
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
