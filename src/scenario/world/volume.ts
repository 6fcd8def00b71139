import { planCalls, type World } from '../../model/index.ts';
import type { Path } from '../source.ts';
import type { Apps } from './apps.ts';
import type { Build } from './build.ts';
import { MANY_REQUESTS, MOST_REQUESTS, MOST_SAMPLE_ROWS } from './limits.ts';

/** Reports requests that would branch into more calls than are simulated, where they enter. */
export function demandPlannableCalls(build: Build, apps: Apps): void {
  const reasons = new Map<number, string | undefined>();
  for (const [{ requests }, path] of build.readable(build.scenario.spec.users, 'spec', 'users')) {
    if (requests === undefined) continue;
    const app = apps.appNames.entries.get(requests.app)?.entry;
    const to = app === undefined ? undefined : apps.serviceNames[app]!.entries.get(requests.to)?.entry;
    if (to === undefined) continue;
    if (!reasons.has(to)) {
      try {
        planCalls(apps.services, to);
        reasons.set(to, undefined);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        reasons.set(to, error.message);
      }
    }
    const reason = reasons.get(to);
    if (reason !== undefined) build.problem([...path, 'requests', 'to'], reason, { expected: 'fewer channels' });
  }
}

/** Reports a world whose run would not end, or whose results would fill the disk; warns of one that will take long. */
export function demandBoundedVolume(build: Build, world: World): void {
  demandFewSamples(build, world);
  demandFewRequests(build, world);
}

/** One row per sample of each node and of each direction of each link and access point. */
function demandFewSamples(build: Build, world: World): void {
  const { durationNs, nodes, links, accessPoints } = world;
  const perSample = nodes.length + 2 * links.length + 2 * accessPoints.length;
  const rows = Math.floor(durationNs / world.recording.sampleIntervalNs) * perSample;
  if (rows <= MOST_SAMPLE_ROWS) return;
  const path = ['spec', 'results', 'sampleInterval'];
  // a world so large that one sample is too much is refused before: see MOST_NODES and its like
  const shortestNs = Math.ceil(durationNs / Math.floor(MOST_SAMPLE_ROWS / perSample));
  build.problem(path, `${rows} rows of samples, ${perSample} at a time`, {
    expected: `at most ${MOST_SAMPLE_ROWS} rows: an interval of ${roundUp(shortestNs)} or longer`,
  });
}

function demandFewRequests(build: Build, world: World): void {
  const perGroup = world.userGroups.map(() => 0);
  for (const { group } of world.users) {
    const { requests } = world.userGroups[group]!;
    if (requests !== undefined) perGroup[group]! += world.durationNs * requests.meanRatePerNs;
  }
  const total = perGroup.reduce((sum, count) => sum + count, 0);
  if (total <= MANY_REQUESTS) return;
  const most = perGroup.indexOf(Math.max(...perGroup));
  const path: Path = ['spec', 'users', most, 'requests', 'rate'];
  const share = total === perGroup[most] ? '' : `, ${Math.round(perGroup[most]!)} of them of this group`;
  const found = `about ${Math.round(total)} requests in all${share}`;
  if (total > MOST_REQUESTS) build.problem(path, found, { expected: `at most ${MOST_REQUESTS}` });
  else build.warn(path, `${found}: the run will take long`);
}

/** A duration as a scenario writes it, to two digits or more, never shorter than it is. */
function roundUp(durationNs: number): string {
  for (const [unit, ns] of [
    ['s', 1e9],
    ['ms', 1e6],
    ['us', 1e3],
  ] as const) {
    if (durationNs >= 10 * ns) return `${Math.ceil(durationNs / ns)}${unit}`;
  }
  return `${durationNs}ns`;
}
