import { measured, number, object, oneOf, optional, probeErrors, quantity, whole } from '../../model/index.ts';

/** How the network is measured, where orchestration goes by measurements. */
export const netma = object(
  {
    interval: measured('duration', {
      description:
        'Time between two rounds of probes, at least 2s. The default is the interval at which the collector of L2S-M is scraped.',
      positive: true,
      default: '15s',
    }),
    error: object(
      {
        distribution: oneOf(probeErrors, { description: 'Distribution of the error.', default: 'lognormal' }),
        cv: quantity('share', {
          description:
            'Coefficient of variation of a measurement around the true value: 0.05 or 5%; 0 measures without error.',
          default: '5%',
        }),
      },
      { description: 'Relative error of measurements of time and bandwidth. Own design.', default: {} },
    ),
    gain: number({
      description:
        'Weight of the newest measurement in the moving average that orchestration goes by. The default is that of ' +
        "TCP's round-trip time, RFC 6298.",
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.125,
    }),
    packet: measured('bytes', {
      description: 'Size of a packet of a probe, of which each has three. The default is that of ping. Own design.',
      positive: true,
      default: '64B',
    }),
    overlay: optional(
      object(
        {
          setUp: measured('duration', {
            description:
              'From when both ends of the first channel between two clusters serve until it carries something.',
            default: '5s',
          }),
        },
        {
          description:
            "Overlays between clusters, as L2S-M's slices: until two clusters are joined, calls between their pods fail " +
            '(no-endpoint); users need none. Without it, nothing has to be set up. Own design, and own default.',
        },
      ),
    ),
    paths: whole({
      description:
        'Ways between two nodes that SWM may choose from for a channel, by latency as observed: more than one can carry more ' +
        'assured channels, and takes longer to work out. What is sent along an assured channel with a bandwidth goes the way that ' +
        'SWM gave it, everything else that of least latency. Own design.',
      minimum: 1,
      maximum: 8,
      default: 1,
    }),
  },
  {
    description:
      'Probes of the network. Where this is given, orchestration knows the network by what probes measured and reports ' +
      'that arrived; otherwise by its true state every 15 s.',
  },
);
