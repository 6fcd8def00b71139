import type { Pod } from '../../src/kubernetes/index.ts';
import type { World } from '../../src/model/index.ts';
import { Recorder } from '../../src/results/index.ts';
import { runSimulation } from '../../src/simulation.ts';

/** Runs a world: its pods, and what was done about its nodes, as `TIME NODE EVENT` with the time in seconds. */
export function runOperations(world: World): {
  pods: readonly Pod[];
  operations: string[];
  cost: number;
  energyJ: number;
} {
  const recorder = new Recorder(undefined, { name: 'test', scenario: { file: '', hash: '' }, seed: 1, version: '0' });
  const operations: string[] = [];
  const { operations: table } = recorder.tables;
  const append = table.append.bind(table);
  table.append = (row) => {
    operations.push(`${(row['time_ns'] as number) / 1e9} ${row.node} ${row.event}`);
    append(row);
  };
  const { pods, measures } = runSimulation(world, recorder);
  return { pods, operations, cost: measures.cost as number, energyJ: measures.energy_j as number };
}
