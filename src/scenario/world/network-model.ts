import {
  networkModelParameters,
  parseBytes,
  SMALL_MESSAGE_BYTES,
  type Messages,
  type NetworkModel,
} from '../../model/index.ts';
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
  const { model, smallMessage: _small, queueing: _queueing, ...stated } = written;
  if (model === 'plain' && Object.keys(stated).length === 0) return undefined;
  return {
    ...own,
    bandwidthFactor: written.bandwidthFactor ?? own.bandwidthFactor,
    latencyFactor: written.latencyFactor ?? own.latencyFactor,
    weightSBytes: written.weightS ?? own.weightSBytes,
    tcpGammaBytes: written.tcpGamma ?? own.tcpGammaBytes,
  };
}

/** Which transfers are messages, and what holds them up; undefined where the scenario has it as by default. */
export function readMessages(build: Build): Messages | undefined {
  const path = ['spec', 'infrastructure', 'network'];
  if (build.isBroken(...path)) return undefined;
  const { smallMessage, queueing }: Written = build.scenario.spec.infrastructure.network;
  const maxBytes = parseBytes(smallMessage);
  return maxBytes === SMALL_MESSAGE_BYTES && queueing === 'none' ? undefined : { maxBytes, queueing };
}
