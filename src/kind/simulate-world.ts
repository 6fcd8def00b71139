import type { World } from '../model/index.ts';
import { Recorder } from '../results/index.ts';
import { runSimulation, type SimulationResult } from '../simulation.ts';
import type { SimulationWatch } from '../simulation-watch.ts';
import { VERSION } from '../version.ts';

/** Simulates a world for what it comes to, and writes nothing. */
export function simulateWorld(world: World, watch?: SimulationWatch): SimulationResult {
  const header = { name: world.name, scenario: { file: '', hash: '' }, seed: world.seed, version: VERSION };
  const recorder = new Recorder(undefined, header);
  try {
    return runSimulation(world, recorder, watch === undefined ? {} : { watch });
  } finally {
    recorder.abandon();
  }
}
