import {
  dnsKeys,
  dnsName,
  either,
  listOf,
  mapOf,
  measured,
  number,
  object,
  oneOf,
  optional,
  quantity,
  securityClasses,
  technologies,
  text,
  whole,
} from '../../model/index.ts';
import { linkPower, nodePower, regions, supply } from './energy.ts';
import { networkModel } from './network.ts';
import { downFor, upFor } from './faults.ts';
import { images, nodeImages } from './images.ts';
import { mobility } from './mobility.ts';
import { nodeGroup } from './node-groups.ts';
import { position, positions } from './position.ts';

const labelValue = text({
  description: 'Value of the label.',
  pattern: '^([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$',
  expects: 'a label value as Kubernetes has it: at most 63 letters, digits, dashes, dots or underscores',
});

const labelKeys = {
  pattern: '^([a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$',
  expects: 'a label key as Kubernetes has it, such as zone or example.org/zone',
};

const labels = mapOf(labelValue, {
  description: 'Labels, as Kubernetes has them.',
  keys: labelKeys,
  default: {},
});

const taints = listOf(
  object(
    {
      key: text({ description: 'Key of the taint.', ...labelKeys }),
      value: optional(labelValue),
      effect: oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute'], { description: 'What it does to pods.' }),
    },
    { description: 'A taint.' },
  ),
  { description: 'Taints, as Kubernetes has them.', default: [] },
);

const nodeClass = object(
  {
    extends: optional(text({ description: 'Node class whose fields hold where this one states none.' })),
    arch: oneOf(['amd64', 'arm64'], { description: 'Processor architecture.', default: 'amd64' }),
    cpu: optional(
      quantity('cpu', { description: 'Allocatable CPU, cores: 4 or 500m. Required unless inherited.', positive: true }),
    ),
    memory: optional(
      quantity('memory', { description: 'Allocatable memory: 16Gi. Required unless inherited.', positive: true }),
    ),
    pods: whole({ description: "Most pods; Kubernetes' default.", minimum: 1, maximum: 10_000, default: 110 }),
    speed: number({
      description: 'Work that a core does in the time in which a reference core does 1.',
      exclusiveMinimum: 0,
      default: 1,
    }),
    mtbf: optional({ ...upFor, description: `Each node crashes, for itself: ${upFor.description}` }),
    mttr: optional({ ...downFor, description: `Then it is back: ${downFor.description}` }),
    labels,
    taints,
    resources: optional(
      mapOf(quantity('quantity', { description: 'Amount, a Kubernetes quantity.' }), {
        description: 'Other allocatable resources by name, such as nvidia.com/gpu or ephemeral-storage.',
      }),
    ),
    ...nodeImages,
    power: nodePower,
    supply: optional(supply),
    security: optional(
      oneOf(securityClasses, { description: 'What is guaranteed there, for policies; None where absent.' }),
    ),
    price: measured('pricePerHour', { description: 'Of an hour of the node, in any one currency.', default: '0/h' }),
  },
  { description: 'A kind of node.' },
);

const nodes = object(
  {
    class: text({ description: 'Node class.' }),
    count: optional(
      whole({
        description: 'How many; 1, or one for each position, where absent. With `autoscaling`: how many at the start.',
        minimum: 1,
        expects: 'a whole number of at least 1',
      }),
    ),
    name: text({
      description:
        'Names of the nodes. {cluster}, {class} and {COLUMN} of a table of sites are replaced; {i} counts from 1 ' +
        'what is otherwise named alike.',
      default: '{cluster}-{class}-{i}',
    }),
    at: optional(positions),
    mobility: optional({
      ...mobility,
      description:
        'How they move; with it they hang on the network by the nearest access point, as users do, and by no wire. ' +
        'Static ones need "at".',
    }),
    autoscaling: optional(nodeGroup),
    labels,
    taints,
  },
  { description: 'Nodes of one class.' },
);

const cluster = object(
  {
    name: dnsName({ description: 'Name of the cluster, and of its gateway in the network.' }),
    role: oneOf(['hub', 'managed'], {
      description: 'The hub of the federation, or a cluster under it.',
      default: 'managed',
    }),
    provider: text({ ...labelValue, description: 'Who runs it; the region of its nodes.', default: 'default' }),
    at: optional(position),
    network: object(
      {
        bandwidth: measured('bandwidth', {
          description: 'Of the full-duplex link between each node and the gateway. The default is own design.',
          positive: true,
          default: '1Gbit/s',
        }),
        latency: measured('duration', {
          description: 'Of that link, one way. The default is own design.',
          default: '200us',
        }),
        power: optional(linkPower),
        wiring: oneOf(
          {
            star: 'Each node hangs on the gateway by a link of its own, which has the name of the node.',
            links: 'Nodes and gateway are connected by what spec.infrastructure.links says, and by nothing else.',
          },
          { description: 'What connects the nodes.', default: 'star' },
        ),
      },
      {
        description: 'The network inside the cluster.',
        default: {},
      },
    ),
    nodes: listOf(nodes, { description: 'Its nodes.', default: [] }),
  },
  { description: 'A Kubernetes cluster.' },
);

const duplex = {
  full: 'Each direction has the whole bandwidth to itself.',
  half: 'Both directions share the bandwidth.',
} as const;

const jitter = measured('duration', {
  description:
    'Mean of an exponential delay beside the latency, drawn for each message and for the start of each flow; none where ' +
    'absent. Own design.',
});

const loss = quantity('share', {
  description:
    "Probability that what crosses it is lost, such as 1%: messages are sent again as by Linux' TCP, flows are held to the " +
    'rate of Mathis et al. (1997); none where absent.',
});

const link = object(
  {
    name: optional(
      text({ description: 'Name of the link; FROM-TO where absent.', pattern: '^.{1,63}$', expects: 'a name' }),
    ),
    from: text({ description: 'One end: a cluster (its gateway), a node, a switch or a stand-alone access point.' }),
    to: text({ description: 'The other end.' }),
    bandwidth: optional(
      measured('bandwidth', { description: 'Of each direction, or of both if half-duplex.', positive: true }),
    ),
    latency: measured('duration', { description: 'One way.', default: '0s' }),
    jitter: optional(jitter),
    loss: optional(loss),
    duplex: oneOf(duplex, { description: 'Whether the directions share the bandwidth.', default: 'full' }),
    medium: optional(text({ description: 'Shared medium that both directions draw on, in place of a bandwidth.' })),
    power: optional(linkPower),
    price: optional(measured('pricePerByte', { description: 'Of what it carries, in any one currency.' })),
  },
  { description: 'A wired link.' },
);

const cellName = text({
  description: 'First part of the names of the access points; the technology where absent.',
  pattern: '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$',
  expects: dnsKeys.expects,
});

/** Where the scenario states nothing else. Own design: round figures of a cell in a city. */
export const technologyDefaults = {
  wifi: { range: '50m', bandwidth: '200Mbit/s', latency: '2ms', duplex: 'half', handover: '200ms', hysteresis: '3m' },
  lte: { range: '1km', bandwidth: '75Mbit/s', latency: '15ms', duplex: 'full', handover: '50ms', hysteresis: '50m' },
  nr: { range: '350m', bandwidth: '500Mbit/s', latency: '4ms', duplex: 'full', handover: '50ms', hysteresis: '15m' },
} as const;

const defaultsOf = (field: keyof (typeof technologyDefaults)['nr']) =>
  Object.entries(technologyDefaults)
    .map(([name, values]) => `${values[field]} (${name})`)
    .join(', ');

const access = object(
  {
    name: optional(cellName),
    clusters: optional(
      listOf(text({ description: 'A cluster.' }), {
        description: 'Clusters whose nodes with a position host an access point each; all clusters where absent.',
      }),
    ),
    at: optional(positions),
    uplink: optional(
      object(
        {
          to: text({ description: 'Cluster, node or switch that the access points hang on.' }),
          bandwidth: measured('bandwidth', { description: 'Of each direction.', positive: true }),
          latency: measured('duration', { description: 'One way.', default: '0s' }),
        },
        { description: 'The wire from each stand-alone access point into the network; required with `at`.' },
      ),
    ),
    technology: oneOf(technologies, { description: 'Radio technology.', default: 'nr' }),
    range: optional(
      measured('distance', {
        description: `Users farther away are not covered. Default by technology, own design: ${defaultsOf('range')}.`,
        positive: true,
      }),
    ),
    bandwidth: optional(
      measured('bandwidth', {
        description: `Capacity of a cell. Default by technology, own design: ${defaultsOf('bandwidth')}.`,
        positive: true,
      }),
    ),
    latency: optional(
      measured('duration', {
        description: `One way over the air. Default by technology, own design: ${defaultsOf('latency')}.`,
      }),
    ),
    jitter: optional(jitter),
    loss: optional(loss),
    duplex: optional(
      oneOf(duplex, {
        description: `Whether up and down share the capacity. Default by technology: ${defaultsOf('duplex')}.`,
      }),
    ),
    handover: optional(
      measured('duration', {
        description:
          'How long a user that changes over to one of them is cut off: what it has under way waits. ' +
          `Default by technology, own design: ${defaultsOf('handover')}.`,
      }),
    ),
    rates: optional(
      listOf(
        object(
          {
            within: measured('distance', { description: 'Up to this distance.', positive: true }),
            rate: measured('bandwidth', { description: 'Highest rate of one user there.', positive: true }),
          },
          { description: 'A rate step.', expects: '{ within, rate }' },
        ),
        {
          description:
            'Highest rates of one user by its distance, each step farther and slower than the one before; beyond the ' +
            'last its rate holds too. Only the capacity of the cell limits a user where absent.',
          minItems: 1,
          expects: 'a list of steps such as [{ within: 100m, rate: 300Mbit/s }, { within: 250m, rate: 50Mbit/s }]',
        },
      ),
    ),
    power: optional(linkPower),
    pingPongWindow: optional(
      measured('duration', {
        description:
          'A handover straight back to one of them after less than this time counts as a ping-pong; 1s where absent, the ' +
          'minimum time of stay of 3GPP TR 36.839.',
      }),
    ),
    hysteresis: optional(
      measured('distance', {
        description:
          'How much nearer another access point must be before a user of one of them changes over; 0m or at least 1mm. ' +
          `Default by technology, own design: ${defaultsOf('hysteresis')}.`,
      }),
    ),
  },
  { description: 'Access points of one kind.', expects: 'access points { technology, range, ... }' },
);

export const infrastructure = object(
  {
    nodeClasses: mapOf(nodeClass, { description: 'Kinds of nodes, by name.', keys: dnsKeys, default: {} }),
    regions,
    clusters: listOf(cluster, { description: 'The Kubernetes clusters.', minItems: 1 }),
    switches: listOf(
      object(
        { name: dnsName({ description: 'Name of the switch.' }), at: optional(position) },
        { description: 'A switch or router.' },
      ),
      { description: 'Points of the network where links meet, beside the gateways.', default: [] },
    ),
    media: listOf(
      object(
        {
          name: dnsName({ description: 'Name of the medium.' }),
          bandwidth: measured('bandwidth', { description: 'What its links share.', positive: true }),
        },
        { description: 'A shared medium.' },
      ),
      { description: 'Capacities that several links share.', default: [] },
    ),
    network: networkModel,
    images,
    links: listOf(link, {
      description: 'Wired links between clusters, nodes, switches and access points.',
      default: [],
    }),
    access: either([access, listOf(access, { description: 'Several kinds.', expects: 'a list of them' })], {
      description: 'Where users attach: access points at the nodes that have a position, or stand-alone ones.',
      expects: 'access points { technology, range, ... } or a list of them',
      default: [],
    }),
  },
  { description: 'Clusters, nodes and the network between them.' },
);
