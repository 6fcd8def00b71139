import { parseDuration, type PodStartup } from '../../model/index.ts';
import { calibrationSchema, type Calibration, type Scenario } from '../schema/index.ts';
import { fillDefaults, type Schema } from '../shape.ts';
import { isMap } from '../source.ts';
import type { Build } from './build.ts';
import { readOneDocument } from './one-document.ts';

/**
 * How long pods take to start: as a calibration file has it where the scenario names one, or else as the scenario does.
 * @returns undefined, with the problems reported, if it is wrong
 */
export function readPodStartup(build: Build): PodStartup | undefined {
  const path = ['spec', 'orchestration'];
  const { orchestration } = build.scenario.spec;
  if (!isMap(orchestration)) return undefined;
  if (orchestration.calibration !== undefined && !build.isBroken(...path, 'calibration')) {
    return readCalibration(build, orchestration.calibration, [...path, 'calibration']);
  }
  if (build.isBroken(...path, 'podStartup')) return undefined;
  return asPodStartup(orchestration.podStartup);
}

function asPodStartup(written: Scenario['spec']['orchestration']['podStartup']): PodStartup {
  if (typeof written === 'string') {
    const zero = parseDuration('0s');
    return { baseNs: parseDuration(written), cv: 0, perPodInClusterNs: zero, perPodOnNodeNs: zero };
  }
  return {
    baseNs: parseDuration(written.base),
    cv: written.cv,
    perPodInClusterNs: parseDuration(written.perPodInCluster),
    perPodOnNodeNs: parseDuration(written.perPodOnNode),
  };
}

function readCalibration(build: Build, reference: string, path: readonly string[]): PodStartup | undefined {
  const schema = calibrationSchema as unknown as Schema;
  const document = readOneDocument(build, reference, path, {
    kind: 'Calibration',
    schema,
    expected: 'one document of kind Calibration, as `codeco-sim calibrate` writes it',
  });
  if (document === undefined) return undefined;
  fillDefaults(schema, document);
  return asPodStartup((document as Calibration).spec.podStartup);
}
