import type { MessageQueueingName, NetworkModelName } from './choices.ts';
import type { Bytes } from './units.ts';

/**
 * How the rate and the latency of a transfer follow from the links on its route, as SimGrid corrects its fluid models
 * towards TCP.
 */
export interface NetworkModel {
  /** Share of each bandwidth that is left for payload. */
  readonly bandwidthFactor: number;
  /** Times the latency of its route, a transfer waits before its first bit. */
  readonly latencyFactor: number;
  /** byte; divided by a link's bandwidth it adds to the round-trip time by which flows weigh less; see `weighsByLatency`. */
  readonly weightSBytes: number;
  /** Whether flows that share a medium have it in inverse proportion to the latencies of their routes. */
  readonly weighsByLatency: boolean;
  /** TCP's window, byte: a flow has at most half of it a latency. 0 is no limit. */
  readonly tcpGammaBytes: number;
  /** Whether acknowledgements take from the way back. */
  readonly acknowledgements: boolean;
}

/**
 * The models by name, with SimGrid's parameters. Sources: CM02 is Casanova & Marchal, "A network model for simulation of
 * grid application" (LIP RR 2002-40); LV08 is Velho & Legrand, "Accuracy study and improvement of network simulation in the
 * SimGrid framework" (SIMUTools 2009), with the factors of SimGrid 3.32; the window is its option network/TCP-gamma.
 */
export const networkModelParameters: Readonly<Record<NetworkModelName, NetworkModel>> = {
  plain: {
    bandwidthFactor: 1,
    latencyFactor: 1,
    weightSBytes: 0,
    weighsByLatency: false,
    tcpGammaBytes: 0,
    acknowledgements: false,
  },
  cm02: {
    bandwidthFactor: 1,
    latencyFactor: 1,
    weightSBytes: 0,
    weighsByLatency: true,
    tcpGammaBytes: 4_194_304,
    acknowledgements: true,
  },
  lv08: {
    bandwidthFactor: 0.97,
    latencyFactor: 13.01,
    weightSBytes: 20_537,
    weighsByLatency: true,
    tcpGammaBytes: 4_194_304,
    acknowledgements: true,
  },
};

/** The payload of one Ethernet frame: what is a message where a scenario says nothing else. */
export const SMALL_MESSAGE_BYTES = 1500 as Bytes;

/** Which transfers are messages, and what holds them up. */
export interface Messages {
  /** What has at most so many bytes is one. */
  readonly maxBytes: Bytes;
  readonly queueing: MessageQueueingName;
}
