import { memoryLimitBytes, parseMemory, type ContainerLife, type PodSpec } from '../../model/index.ts';
import { nearest } from '../nearest.ts';
import type { Scenario } from '../schema/index.ts';
import type { Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import { readDuration } from './durations.ts';

type WrittenBehaviour = Scenario['spec']['apps'][number]['behaviour'][string];

/** What the scenario says of the life of a service's containers; undefined where it says nothing. */
export function readContainerLife(
  build: Build,
  written: WrittenBehaviour,
  podSpec: PodSpec,
  path: Path,
): ContainerLife | undefined {
  const { initContainers, warmUp, exits, memory } = written;
  if (initContainers === undefined && warmUp === undefined && exits === undefined && memory === undefined) {
    return undefined;
  }
  return {
    ...(initContainers === undefined ? {} : { initContainers: readInit(build, initContainers, podSpec, path) }),
    ...(warmUp === undefined ? {} : { warmUp: readDuration(build, warmUp, [...path, 'warmUp']) }),
    ...(exits === undefined
      ? {}
      : { exits: { after: readDuration(build, exits.after, [...path, 'exits', 'after']), code: exits.code } }),
    ...(memory === undefined ? {} : { memory: readMemory(build, memory, podSpec, [...path, 'memory']) }),
  };
}

function readInit(
  build: Build,
  written: NonNullable<WrittenBehaviour['initContainers']>,
  { initContainers = [] }: PodSpec,
  path: Path,
): NonNullable<ContainerLife['initContainers']> {
  // the entry for all services may name what only some of them have
  const names = initContainers.filter(({ restartPolicy }) => restartPolicy !== 'Always').map(({ name }) => name);
  return new Map(
    Object.entries(written).map(([name, takes]) => {
      const at = [...path, 'initContainers', name];
      if (!names.includes(name) && path.at(-1) !== '*') {
        build.entryProblem(at, `the pods have no init container ${quote(name)}`, {
          expected: names.length === 0 ? 'no entry: they have none' : names.join(', '),
          nearest: () => nearest(name, names),
        });
      }
      return [name, readDuration(build, takes, at)];
    }),
  );
}

function readMemory(
  build: Build,
  { base, perRequest = 0 }: NonNullable<WrittenBehaviour['memory']>,
  podSpec: PodSpec,
  path: Path,
): NonNullable<ContainerLife['memory']> {
  const baseBytes = parseMemory(base);
  const limitBytes = memoryLimitBytes(podSpec);
  if (baseBytes > limitBytes) {
    build.warn([...path, 'base'], 'above the memory limit of the pod: it is killed as soon as it starts');
  }
  return { baseBytes, perRequestBytes: parseMemory(perRequest) };
}
