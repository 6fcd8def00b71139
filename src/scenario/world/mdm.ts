import { parseDuration, type CriterionName, type MdmSettings, type SwmSettings } from '../../model/index.ts';
import { isMap } from '../source.ts';
import type { Build } from './build.ts';

/** Connectors that look more often than this would fill the run with their messages. */
const LEAST_INTERVAL_NS = 1e9;
const needed: readonly CriterionName[] = ['freshness', 'compliance', 'portability'];

/** The settings of MDM; undefined where nothing is catalogued, which is a problem where a profile weighs what it says. */
export function readMdm(build: Build, swm: SwmSettings | undefined): MdmSettings | undefined {
  const path = ['spec', 'orchestration', 'mdm'];
  const { orchestration } = build.scenario.spec;
  if (!isMap(orchestration) || build.isBroken(...path)) return undefined;
  const { mdm } = orchestration;
  if (mdm === undefined) {
    for (const criterion of needed) {
      if ((swm?.profile[criterion] ?? 0) === 0) continue;
      build.problem(
        ['spec', 'orchestration', 'swm', 'profile', criterion],
        `weighs ${criterion}, and nobody catalogues data`,
        {
          expected: 'mdm: {} in spec.orchestration',
        },
      );
    }
    return undefined;
  }
  const intervalNs = parseDuration(mdm.interval);
  if (intervalNs < LEAST_INTERVAL_NS)
    build.problem([...path, 'interval'], `a look every ${mdm.interval}`, { expected: 'at least 1s' });
  return { intervalNs, delayNs: parseDuration(mdm.delay), halfLifeNs: parseDuration(mdm.halfLife) };
}
