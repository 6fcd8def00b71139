import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { ClusterError } from './cluster-error.ts';

const State = Type.Object({
  apiVersion: Type.Literal('codeco-sim/v1'),
  kind: Type.Literal('KindState'),
  /** Name and hash of the scenario that the clusters are of. */
  scenario: Type.Object({ name: Type.String(), hash: Type.String() }),
  runtime: Type.Union([Type.Literal('docker'), Type.Literal('podman')]),
  kubeconfig: Type.String(),
  shrink: Type.Number(),
  clusters: Type.Array(
    Type.Object({
      name: Type.String(),
      controlPlane: Type.String(),
      /** Simulated clusters that it stands for. */
      clusters: Type.Array(Type.String()),
      workers: Type.Array(Type.Object({ name: Type.String(), nodes: Type.Array(Type.String()) })),
      /** Its containers, once it has been made: by their ids it is known again. */
      containers: Type.Optional(Type.Array(Type.Object({ id: Type.String(), name: Type.String() }))),
    }),
  ),
  /** Files that were written beside this one. */
  files: Type.Array(Type.String()),
});

/** What `up` made, for `down` to take away, and for a replay to know its nodes by. */
export type KindState = Static<typeof State>;

const STATE = 'state.json';

/** Where the state of a scenario's clusters is, unless another folder is named. */
export const defaultStateFolder = (scenario: string): string => join('.codeco-sim', 'kind', scenario);

/** Whether a folder holds the state of clusters. */
export const hasState = (folder: string): boolean => existsSync(join(folder, STATE));

/** Writes the state as a whole or not at all. */
export function writeState(folder: string, state: KindState): void {
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `${STATE}.partial`);
  writeFileSync(partial, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(partial, join(folder, STATE));
}

/** @throws {ClusterError} if there is no state, or it is none of ours */
export function readState(folder: string): KindState {
  const file = join(folder, STATE);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new ClusterError(`${file} cannot be read (${code})`, { cause: error });
    throw new ClusterError(
      `${folder} holds no clusters: there is no ${STATE} in it. Make them with codeco-sim kind up, or name their folder with --state`,
    );
  }
  try {
    return Value.Decode(State, JSON.parse(text));
  } catch (error) {
    throw new ClusterError(`${file} is not the state of kind clusters that this version wrote`, { cause: error });
  }
}

/** Takes away what was written into the folder, and the folder where it is empty then. */
export function removeState(folder: string, state: KindState): void {
  for (const file of [...state.files, STATE]) rmSync(join(folder, file), { force: true });
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
