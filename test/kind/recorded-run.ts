import {
  readManifest,
  readScenario,
  readTable,
  Recorder,
  type ReadRow,
  type TableName,
} from '../../src/results/index.ts';

/** All rows of a table of a results folder. */
export const rowsOf = async <T extends TableName>(of: string, table: T): Promise<ReadRow<T>[]> =>
  (await readTable(of, table)).toArray().map((row: { toJSON(): unknown }) => row.toJSON() as ReadRow<T>);

/**
 * Writes a run that looks as if it had been recorded from a cluster: a simulated one, with other names of pods, without what a real
 * scheduler does not tell, and changed as a cluster may have it.
 */
export async function recordAs(
  of: string,
  out: string,
  change: (pod: ReadRow<'pods'>) => Partial<ReadRow<'pods'>> = () => ({}),
): Promise<string> {
  const { name, scenario } = readManifest(of);
  const recorder = new Recorder(out, { name, scenario, seed: 1, version: '0', source: 'cluster' });
  const nodes = new Map<string, string | null>();
  for (const pod of await rowsOf(of, 'pods')) {
    const changed = { ...pod, ...change(pod) };
    nodes.set(pod.pod, changed.node);
    recorder.tables.pods.append({ ...changed, pod: `${pod.pod}-x7` });
  }
  for (const row of await rowsOf(of, 'decisions'))
    recorder.tables.decisions.append({ ...row, pod: `${row.pod}-x7`, node: nodes.get(row.pod) ?? null, tie_set: '' });
  for (const row of await rowsOf(of, 'faults')) recorder.tables.faults.append(row);
  const {
    run: _,
    scenario_hash: _hash,
    seed: _seed,
    version: _version,
    digest: _digest,
    events: _events,
    ...measures
  } = (await rowsOf(of, 'runs'))[0]!;
  const trail = { stride: 64, eventCount: 0, digest: '0'.repeat(16), bytes: new Uint8Array() };
  recorder.close({ trail, measures, scenario: readScenario(of) });
  return out;
}
