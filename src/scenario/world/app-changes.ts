import { parseDuration, type App, type AppChange, type ServiceId } from '../../model/index.ts';
import type { Scenario } from '../schema/index.ts';
import type { Path } from '../source.ts';
import type { Build, Names } from './build.ts';
import { profileWeights } from './swm.ts';

type Written = Scenario['spec']['apps'][number];

/** What becomes of a CodecoApp later, by time; what is wrong is reported. */
export function readChanges(
  build: Build,
  { at, changes }: Pick<Written, 'at' | 'changes'>,
  path: Path,
  services: Names<ServiceId>,
): Pick<App, 'changes'> {
  const read: AppChange[] = [];
  let beforeNs = parseDuration(at);
  for (const [change, where] of build.readable(changes, ...path, 'changes')) {
    const atNs = parseDuration(change.at);
    if (atNs <= beforeNs) {
      build.problem([...where, 'at'], 'not after the application was submitted, or the change before', {
        expected: 'changes in the order of their times',
      });
    }
    beforeNs = atNs;
    const isDeleted = change.delete === true;
    const isVersion = change.replicas !== undefined || change.performanceProfile !== undefined;
    if (isDeleted === isVersion)
      build.entryProblem(where, isDeleted ? '"delete" beside another change' : 'nothing changes', {
        expected: 'replicas or performanceProfile, or delete: true alone',
      });
    const replicas = isDeleted
      ? [...services.entries.values()].map(({ entry }) => ({ service: entry, replicas: 0 }))
      : Object.entries(change.replicas ?? {}).flatMap(([name, count]) => {
          const service = build.resolve(services, name, [...where, 'replicas', name]);
          return service === undefined ? [] : [{ service, replicas: count }];
        });
    const { performanceProfile: profile } = change;
    read.push({ atNs, replicas, ...(profile === undefined ? {} : { profile: profileWeights[profile] }) });
  }
  return read.length === 0 ? {} : { changes: read };
}
