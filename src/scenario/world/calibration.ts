import { parseBandwidth, parseDuration, type Images, type Orchestration, type PodStartup } from '../../model/index.ts';
import { calibrationSchema, type Calibration, type Scenario } from '../schema/index.ts';
import { fillDefaults, type Schema } from '../shape.ts';
import { isMap } from '../source.ts';
import type { Build } from './build.ts';
import { readOneDocument } from './one-document.ts';

/** What a calibration file can state. */
export interface Calibrated {
  readonly times: Pick<Orchestration, 'podStartup' | 'schedulingTimeNs' | 'nodeMonitorGracePeriodNs'>;
  /** In place of the images' own. */
  readonly images: Partial<Pick<Images, 'unpackBps'>>;
}

/**
 * Times of the control plane, and how fast images are unpacked: as a calibration file has them where the scenario names one that does, or else as the scenario does.
 * @returns undefined, with the problems reported, if they are wrong
 */
export function readCalibrated(build: Build): Calibrated | undefined {
  const path = ['spec', 'orchestration'];
  const { orchestration } = build.scenario.spec;
  if (!isMap(orchestration)) return undefined;
  const calibration =
    orchestration.calibration === undefined || build.isBroken(...path, 'calibration')
      ? {}
      : readCalibration(build, orchestration.calibration, [...path, 'calibration']);
  if (calibration === undefined) return undefined;
  const fields = ['podStartup', 'schedulingTime', 'nodeMonitorGracePeriod'] as const;
  if (fields.some((field) => calibration[field] === undefined && build.isBroken(...path, field))) return undefined;
  const { podStartup, schedulingTime, nodeMonitorGracePeriod } = { ...orchestration, ...calibration };
  const { imageUnpack } = calibration;
  return {
    times: {
      podStartup: asPodStartup(podStartup),
      ...(schedulingTime === undefined ? {} : { schedulingTimeNs: parseDuration(schedulingTime) }),
      nodeMonitorGracePeriodNs: parseDuration(nodeMonitorGracePeriod),
    },
    images: imageUnpack === undefined ? {} : { unpackBps: parseBandwidth(imageUnpack) },
  };
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

function readCalibration(
  build: Build,
  reference: string,
  path: readonly string[],
): Partial<Calibration['spec']> | undefined {
  const schema = calibrationSchema as unknown as Schema;
  const document = readOneDocument(build, reference, path, {
    kind: 'Calibration',
    schema,
    expected: 'one document of kind Calibration, as `codeco-sim calibrate` writes it',
  });
  if (document === undefined) return undefined;
  fillDefaults(schema, document);
  return (document as Calibration).spec;
}
