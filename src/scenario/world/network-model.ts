import { networkModelParameters, type NetworkModel } from '../../model/index.ts';
import type { Scenario } from '../schema/index.ts';
import type { Build } from './build.ts';

type Written = Scenario['spec']['infrastructure']['network'];

/** The model with what the scenario states in place of its own parameters; undefined where nothing is corrected. */
export function readNetworkModel(build: Build): NetworkModel | undefined {
  const path = ['spec', 'infrastructure', 'network'];
  if (build.isBroken(...path)) return undefined;
  const written: Written = build.scenario.spec.infrastructure.network;
  const own = networkModelParameters[written.model];
  if (written.weightS !== undefined && !own.weighsByLatency) {
    build.problem([...path, 'weightS'], `a weight-S with the model ${written.model}, whose flows all weigh the same`, {
      expected: 'model: cm02 or lv08 beside it',
    });
  }
  if (written.model === 'plain' && Object.keys(written).every((field) => field === 'model')) return undefined;
  return {
    ...own,
    bandwidthFactor: written.bandwidthFactor ?? own.bandwidthFactor,
    latencyFactor: written.latencyFactor ?? own.latencyFactor,
    weightSBytes: written.weightS ?? own.weightSBytes,
    tcpGammaBytes: written.tcpGamma ?? own.tcpGammaBytes,
  };
}
