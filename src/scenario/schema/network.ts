import {
  measured,
  messageQueueing,
  networkModels,
  number,
  object,
  oneOf,
  optional,
  SMALL_MESSAGE_BYTES,
} from '../../model/index.ts';

const byModel = 'The default is that of the model';

/** How transfers use the links: a model, and its parameters where they are not the model's own. */
export const networkModel = object(
  {
    model: oneOf(networkModels, { description: 'How rates and latencies follow from the links.', default: 'plain' }),
    bandwidthFactor: optional(
      number({
        description: `Share of each bandwidth that is left for payload. ${byModel}: 1 (plain, cm02), 0.97 (lv08).`,
        exclusiveMinimum: 0,
        maximum: 1,
      }),
    ),
    latencyFactor: optional(
      number({
        description: `Times the latency of its route, a transfer waits. ${byModel}: 1 (plain, cm02), 13.01 (lv08).`,
        minimum: 0,
        maximum: 1000,
      }),
    ),
    weightS: optional(
      number({
        description:
          'Bytes that, over the bandwidth of a link, add to the latency by which flows weigh less (cm02 and lv08). ' +
          `${byModel}: 0 (cm02), 20537 (lv08).`,
        minimum: 0,
        maximum: 1e12,
      }),
    ),
    tcpGamma: optional(
      number({
        description:
          'TCP window, bytes: a flow carries at most one every two latencies; 0 is no limit. ' +
          `${byModel}: 0 (plain), 4194304 (cm02, lv08).`,
        minimum: 0,
        maximum: 1e15,
      }),
    ),
    smallMessage: measured('bytes', {
      description:
        'What has at most so many bytes is a message: it takes no bandwidth from others. More is a flow, which shares ' +
        'bandwidth. The default is the payload of one Ethernet frame.',
      default: `${SMALL_MESSAGE_BYTES}B`,
    }),
    queueing: oneOf(messageQueueing, {
      description:
        'What messages wait for at each link, one direction of it or the whole of a half-duplex one. They have what ' +
        'flows leave of its bandwidth, and at least what one more flow would have. Own design.',
      default: 'none',
    }),
  },
  { description: 'How transfers use the links: corrections towards TCP, as SimGrid has them.', default: {} },
);
