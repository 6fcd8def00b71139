import { stringify } from 'yaml';
import { ResultsError } from './errors.ts';
import { readTable } from './read.ts';

interface Ends {
  readonly from: string;
  readonly to: string;
}

/**
 * The network as NetMA believed it to be at the end of a run, as a NetworkTopology of CODECO's SWM: each direction of a link of
 * which a probe came back, with half of its believed round trip as latency (L2S-M's exporter writes the whole one) and the
 * bandwidth that was believed to be left. What was not reached last is left out, as that exporter leaves out zeros.
 * @returns a YAML document
 * @throws {ResultsError} if a table is not there or damaged, or nothing was probed
 */
export async function networkTopology(folder: string): Promise<string> {
  const rowsOf = async (table: string): Promise<Record<string, unknown>[]> =>
    (await readTable(folder, table)).toArray().map((row: { toJSON(): Record<string, unknown> }) => row.toJSON());
  const keyOf = (row: Record<string, unknown>): string => `${row['link'] as string} ${row['direction'] as string}`;
  const ends = new Map<string, Ends>();
  for (const row of await rowsOf('links')) {
    const { from, to } = row as { from: string | null; to: string | null };
    if (from !== null && to !== null && !ends.has(keyOf(row))) ends.set(keyOf(row), { from, to });
  }
  const known = new Map((await rowsOf('probes')).map((row) => [keyOf(row), row]));
  if (known.size === 0)
    throw new ResultsError(`no links of ${folder} were probed: expected a scenario with spec.orchestration.netma`);
  const machines = new Set((await rowsOf('nodes')).map((row) => row['node'] as string));
  const links = [...ends].flatMap(([key, { from, to }]) => {
    const { state, estimate_round_trip_ns: roundTripNs, available_bps: bandwidthBps } = known.get(key) ?? {};
    if (state !== 'up' || roundTripNs === null) return [];
    return [
      {
        name: `${from}-${to}`,
        source: from,
        target: to,
        capabilities: {
          bandWidthBits: String(Math.round(Number(bandwidthBps))),
          latencyNanos: Math.round(Number(roundTripNs) / 2),
        },
      },
    ];
  });
  const names = new Set(links.flatMap(({ source, target }) => [source, target]));
  return stringify({
    apiVersion: 'qos-scheduler.siemens.com/v1alpha1',
    kind: 'NetworkTopology',
    metadata: { name: 'observed' },
    spec: {
      networkImplementation: 'L2SM',
      physicalBase: 'underlay',
      nodes: Array.from(names, (name) => ({ name, type: machines.has(name) ? 'COMPUTE' : 'NETWORK' })),
      links,
    },
  });
}
