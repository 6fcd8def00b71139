import { parseBytes, parseDuration, parseShare, type NetmaSettings } from '../../model/index.ts';
import { isMap } from '../source.ts';
import type { Build } from './build.ts';

/** A round is over before the next one begins: an agent waits 1 s for its packets. */
const LEAST_INTERVAL_NS = 2e9;

/** The settings of the probes; undefined where the network is known without. */
export function readNetma(build: Build): NetmaSettings | undefined {
  const path = ['spec', 'orchestration', 'netma'];
  const { orchestration } = build.scenario.spec;
  if (!isMap(orchestration) || build.isBroken(...path)) return undefined;
  const { netma } = orchestration;
  if (netma === undefined) return undefined;
  const intervalNs = parseDuration(netma.interval);
  if (intervalNs < LEAST_INTERVAL_NS) {
    build.problem([...path, 'interval'], `probes every ${netma.interval}, while an agent waits for packets up to 1 s`, {
      expected: 'at least 2s',
    });
  }
  return {
    intervalNs,
    error: netma.error.distribution,
    errorCv: parseShare(netma.error.cv),
    gain: netma.gain,
    packetBytes: parseBytes(netma.packet),
    paths: netma.paths,
    ...(netma.overlay === undefined ? {} : { overlaySetUpNs: parseDuration(netma.overlay.setUp) }),
  };
}
