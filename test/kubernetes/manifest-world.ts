import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../../src/kubernetes/index.ts';
import type { World } from '../../src/model/index.ts';
import { Recorder } from '../../src/results/index.ts';
import { loadScenario } from '../../src/scenario/index.ts';
import { runSimulation } from '../../src/simulation.ts';

const folder = mkdtempSync(join(tmpdir(), 'codeco-sim-control-plane-'));
let count = 0;

export interface ManifestSketch {
  readonly nodes?: number;
  readonly duration?: string;
  /** Of the entry in `apps`. */
  readonly app?: object;
  /** Of `spec`. */
  readonly spec?: object;
}

/** Nodes n1, n2, … of one core that run a manifest; pods are ready 2 s after their binding. */
export function loadManifest(manifest: string, sketch: ManifestSketch = {}): ReturnType<typeof loadScenario> {
  const place = mkdtempSync(join(folder, 'one-'));
  writeFileSync(join(place, 'manifest.yaml'), manifest);
  const file = join(place, `${count++}.json`);
  writeFileSync(
    file,
    JSON.stringify({
      apiVersion: 'codeco-sim/v1',
      kind: 'Scenario',
      metadata: { name: 'manifests' },
      spec: {
        duration: sketch.duration ?? '1m',
        infrastructure: {
          nodeClasses: { small: { cpu: 1, memory: '4Gi' } },
          clusters: [
            {
              name: 'a',
              at: { x: '0m', y: '0m' },
              nodes: [{ class: 'small', name: 'n{i}', count: sketch.nodes ?? 1 }],
            },
          ],
        },
        apps: [{ manifest: 'manifest.yaml', ...sketch.app }],
        orchestration: { podStartup: '2s' },
        ...sketch.spec,
      },
    }),
  );
  return loadScenario(file);
}

export const manifestWorld = (manifest: string, sketch?: ManifestSketch): World => loadManifest(manifest, sketch).world;

export function runManifest(world: World): readonly Pod[] {
  const recorder = new Recorder(undefined, { name: 'test', scenario: { file: '', hash: '' }, seed: 1, version: '0' });
  return runSimulation(world, recorder).pods;
}

export const seconds = (ns: number | undefined): number | undefined => (ns === undefined ? undefined : ns / 1e9);
