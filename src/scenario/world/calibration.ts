import { parseDuration, type PodStartup } from '../../model/index.ts';
import { readDocuments } from '../documents.ts';
import { nearest } from '../nearest.ts';
import { calibrationSchema, type Calibration, type Scenario } from '../schema/index.ts';
import { fillDefaults, type Schema } from '../shape.ts';
import { isMap, Source } from '../source.ts';
import { check, quote } from '../validation.ts';
import type { Build } from './build.ts';
import { readReferenced } from './sites.ts';

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
  const file = readReferenced(build, reference, path, 'documents');
  if (file === undefined) return undefined;
  const before = build.problems.length;
  const source = new Source(file.name, file.text, file.folder);
  const documents = (readDocuments(source, build.places, build.problems) ?? []).map(({ value }) => value);
  if (build.problems.length > before) return undefined;
  const kind = isMap(documents[0]) ? documents[0]['kind'] : undefined;
  if (documents.length !== 1 || kind !== 'Calibration') {
    build.problem(
      path,
      `a file of ${documents.length === 1 ? `kind ${quote(String(kind))}` : `${documents.length} documents`}`,
      {
        expected: 'one document of kind Calibration, as `codeco-sim calibrate` writes it',
        nearest: () => (typeof kind === 'string' ? nearest(kind, ['Calibration']) : undefined),
      },
    );
    return undefined;
  }
  const schema = calibrationSchema as unknown as Schema;
  check(schema, documents[0], build.places, build.problems);
  if (build.problems.length > before) return undefined;
  fillDefaults(schema, documents[0]);
  return asPodStartup((documents[0] as Calibration).spec.podStartup);
}
