import { either, listOf, mapOf, measured, object, optional, quantity, text } from '../../model/index.ts';
import { distributionFields, durationOrDistribution } from './distribution.ts';

const name = (description: string) => text({ description });
const names = (noun: string) => listOf(name(`A ${noun}.`), { description: `Several ${noun}s.`, minItems: 1 });

const nodeSelector = object(
  {
    class: optional(name('Node class.')),
    cluster: optional(name('Cluster.')),
    labels: optional(mapOf(name('Value.'), { description: 'Labels that they have, as kubectl get nodes -l.' })),
  },
  { description: 'All nodes that have all of it.', expects: '{ class, cluster, labels }' },
);

const nodes = (description: string) =>
  either([name('A node.'), names('node'), nodeSelector], {
    description,
    expects: 'a node, a list of nodes, or a selector such as { class: edge-server, cluster: west }',
  });

const links = (description: string) =>
  either([name('A link.'), names('link')], { description, expects: 'a link or a list of links' });

/** Mean time between failures, as a field of whatever can fail. */
export const upFor = durationOrDistribution({
  description:
    'How long it works from its return to its next failure: the mean of an exponential distribution, or a distribution: ' +
    `${distributionFields}.`,
  constant: 'The mean of an exponential distribution.',
  example: '20d',
});

/** Mean time to repair, likewise. */
export const downFor = durationOrDistribution({
  description: `How long a failure lasts: the mean of an exponential distribution, or a distribution: ${distributionFields}.`,
  constant: 'The mean of an exponential distribution.',
  example: '15m',
});

export const fault = object(
  {
    at: optional(measured('duration', { description: 'When it happens.' })),
    for: optional(measured('duration', { description: 'How long it lasts; to the end where absent.', positive: true })),
    mtbf: optional(upFor),
    mttr: optional(downFor),
    crash: optional(nodes('Nodes that crash.')),
    cut: optional(links('Links that are cut.')),
    slow: optional(nodes('Nodes whose cores do only the share `speed` of their work.')),
    speed: optional(
      quantity('share', { description: 'With `slow`: what is left of their speed; 0 freezes what runs there.' }),
    ),
    degrade: optional(
      links('Links of which only a part is left: `bandwidth` of it, `latency` more, and `loss` on the way.'),
    ),
    bandwidth: optional(
      quantity('share', {
        description: 'With `degrade`: share of the bandwidth that is left; with 0 what is sent waits.',
      }),
    ),
    latency: optional(measured('duration', { description: 'With `degrade`: added to the latency, one way.' })),
    loss: optional(
      quantity('share', {
        description:
          'With `degrade`: probability that what crosses is lost, beside what the link states: messages are sent again, as ' +
          'TCP does, and flows that begin are slower.',
      }),
    ),
    accessPoint: optional(
      either([name('An access point.'), names('access point')], {
        description: 'Access points that are out of service; their nodes go on.',
        expects: 'an access point or a list of them',
      }),
    ),
    kubelet: optional(
      nodes(
        'Nodes whose kubelet says that they are not ready, as when its container runtime does not answer: it starts and ' +
          'stops no pods, and what runs goes on.',
      ),
    ),
    provider: optional(name('A provider all of whose nodes crash.')),
    zone: optional(name('A zone (topology.kubernetes.io/zone) all of whose nodes crash.')),
    cluster: optional(name('A cluster that is cut off: the links out of it are cut, inside it goes on.')),
    trace: optional(
      name(
        'Table (CSV) of failures: time (seconds), kind (crash, cut, accessPoint, kubelet, provider, zone or cluster), target, ' +
          'event (down or up); or start and duration (seconds), kind, target.',
      ),
    ),
    shared: optional(
      quantity('share', {
        description:
          'All targets fail in the same moments, each with this probability. Where absent, targets with `mtbf` fail ' +
          'independently, and those with `at` all at once.',
        positive: true,
      }),
    ),
    flapping: optional(
      object(
        {
          down: measured('duration', { description: 'How long it is broken at a time.', positive: true }),
          up: measured('duration', { description: 'How long it is whole in between.', positive: true }),
        },
        { description: 'While the fault lasts, it comes and goes, broken first.' },
      ),
    ),
  },
  {
    description:
      'Something that breaks: exactly one of crash, cut, slow, degrade, accessPoint, kubelet, provider, zone, cluster and trace; once at a stated time ' +
      '(at, for), or again and again (mtbf, mttr).',
  },
);
