import { Type, type Static } from '@sinclair/typebox';
import {
  classModes,
  dnsName,
  either,
  flag,
  listOf,
  mapOf,
  measured,
  object,
  oneOf,
  optional,
  quantity,
  schedulers,
  text,
  whole,
} from '../../model/index.ts';
import { podStartup, schedulingTime } from './calibration.ts';
import { complianceClasses, dataset } from './datasets.ts';
import { expectations } from './expectations.ts';
import { fault } from './faults.ts';
import { infrastructure } from './infrastructure.ts';
import { learning } from './learning.ts';
import { maintenance } from './maintenance.ts';
import { clusterAutoscaler } from './node-groups.ts';
import { intervention } from './interventions.ts';
import { policy } from './policies.ts';
import { federation } from './federation.ts';
import { mdm } from './mdm.ts';
import { netma } from './netma.ts';
import { swm } from './swm.ts';
import { app, userGroup } from './workload.ts';

const SCENARIO_VERSION = 'codeco-sim/v1';

const orchestration = object(
  {
    scheduler: oneOf(schedulers, { description: 'Who places pods on nodes.', default: 'kube-scheduler' }),
    swm: optional(swm),
    acm: optional(
      object(
        {},
        {
          description:
            "CODECO's ACM, where it is there: 8 s after an application is submitted or changed, and every 68 s from then on, it " +
            'reads what has become of it, and writes a row of the table app_status.',
        },
      ),
    ),
    classes: optional(
      oneOf(classModes, {
        description:
          'What comes of the classes of CodecoApps; ignored where absent. Own design, as the sources do not say what they ' +
          'mean for placement. securityClass: the least security of the node classes that may run its pods. ' +
          'complianceClass: the share of what is asked of a node for the application that its nodes have to keep to: High all, ' +
          'Medium a half, Low nothing; asked is the securityClass, where stated, and for each dataset of a compliance class that ' +
          'its services read or write, a cluster of that class. ' +
          'appFailureTolerance: High a half, Medium a quarter, Low none, or per cent of the pods of each service may be lost at ' +
          'once with as many left as it is to have; enforced, it gets replicas to spare, and no node carries more than that ' +
          'share, or one. appEnergyLimit: per cent of the energy of all nodes that it may cause over 5 minutes; enforced, while it was ' +
          'more in the 5 minutes before, each of its services is kept at one replica. qosClass (where enforced): Gold pods that state no priority have 1000, their channels are ASSURED, and ' +
          'of those without a bandwidth that of nwbandwidth is reserved, where stated; Silver pods have 500; channels of ' +
          'BestEffort are BESTEFFORT.',
      }),
    ),
    federation: optional(federation),
    netma: optional(netma),
    mdm: optional(mdm),
    learning: optional(learning),
    schedulerConfig: optional(
      text({
        description:
          "File with kube-scheduler's configuration (KubeSchedulerConfiguration, as published), relative to this one. " +
          'Its first profile says which plugins filter and score, with which weights and arguments.',
      }),
    ),
    podStartup: either([measured('duration', { description: 'The same time for each pod.' }), podStartup], {
      description: 'From the binding of a pod to its readiness. The default is own design.',
      expects: 'a duration such as 3s, or { base, perPodInCluster, perPodOnNode, cv }',
      default: '3s',
    }),
    calibration: optional(
      text({
        description:
          'File that `codeco-sim calibrate` wrote from measurements, relative to this one; what it states holds in place ' +
          'of podStartup, schedulingTime and nodeMonitorGracePeriod here, and of spec.infrastructure.images.unpack.',
      }),
    ),
    schedulingTime,
    nodeMonitorGracePeriod: measured('duration', {
      description:
        'How long leases of a node may stay away until it counts as NotReady: from its crash up to 10 s less, or 5 s more. ' +
        "kube-controller-manager's default.",
      default: '50s',
    }),
    clusterAutoscaler,
    evictionToleration: measured('duration', {
      description:
        "From NotReady until the node's pods are evicted that state no tolerationSeconds of their own; Kubernetes' default.",
      default: '300s',
    }),
    nodeEviction: object(
      {
        rate: measured('rate', {
          description: 'Nodes of a zone that are tainted, one at once and then at this rate: --node-eviction-rate.',
          positive: true,
          default: '0.1/s',
        }),
        secondaryRate: measured('rate', {
          description: 'The same in a large zone of which most is not ready: --secondary-node-eviction-rate.',
          positive: true,
          default: '0.01/s',
        }),
        unhealthyZoneThreshold: quantity('share', {
          description: 'From this share of nodes that are not ready on, three at least: --unhealthy-zone-threshold.',
          default: 0.55,
        }),
        largeClusterSize: whole({
          description:
            'A zone with more nodes is large; in a smaller one of which most is not ready no node is tainted: ' +
            '--large-cluster-size-threshold.',
          minimum: 0,
          default: 50,
        }),
      },
      {
        description:
          "How fast nodes that are not ready lose their pods, zone by zone: kube-controller-manager's flags, with its defaults.",
        default: {},
      },
    ),
  },
  { description: 'The orchestration under test.', default: {} },
);

const results = object(
  {
    sampleInterval: measured('duration', {
      description: 'Time between two samples of nodes and links.',
      positive: true,
      default: '10s',
    }),
    requests: object(
      {
        sample: quantity('share', { description: 'Share of requests that get a row: 0.1 or 10%.', default: 1 }),
      },
      { description: 'The table of requests.', default: {} },
    ),
    verdicts: flag({ description: "Whether each decision's verdict and score per node is recorded.", default: true }),
  },
  { description: 'What is recorded.', default: {} },
);

const spec = object(
  {
    seed: whole({ description: 'Seed of all random streams.', minimum: 0, default: 1 }),
    duration: measured('duration', { description: 'Simulated time, at most 104 days.', positive: true }),
    warmup: measured('duration', {
      description: 'Requests issued before it are simulated, but stay out of the summary. Shorter than the duration.',
      default: '0s',
    }),
    extends: optional(
      text({
        description:
          'Scenario file, relative to this one, whose fields hold where this one states none. Maps are merged key ' +
          'by key; lists and values are replaced.',
      }),
    ),
    infrastructure,
    users: listOf(userGroup, { description: 'Groups of users.', default: [] }),
    apps: listOf(app, { description: 'The applications.', default: [] }),
    complianceClasses,
    datasets: listOf(dataset, { description: 'Data that services read and write.', default: [] }),
    orchestration,
    policies: optional(listOf(policy, { description: 'What applications have to keep to; nothing where absent.' })),
    expect: expectations,
    interventions: listOf(intervention, { description: 'What is changed in the middle of the run.', default: [] }),
    faults: listOf(fault, { description: 'What breaks, and when.', default: [] }),
    maintenance: listOf(maintenance, { description: 'What administrators do to nodes, and when.', default: [] }),
    results,
  },
  { description: 'What is simulated.' },
);

const metadata = object(
  {
    name: dnsName({ description: 'Name of the scenario.' }),
    description: optional(text({ description: 'What it is about, for people.' })),
    labels: optional(mapOf(text({ description: 'Value.' }), { description: 'Labels, for programs.' })),
    annotations: optional(mapOf(text({ description: 'Value.' }), { description: 'Annotations, for programs.' })),
  },
  { description: 'What the scenario is called.' },
);

/** The scenario's format: plain JSON Schema. */
export const scenarioSchema = object(
  {
    apiVersion: Type.Unsafe<typeof SCENARIO_VERSION>({
      type: 'string',
      const: SCENARIO_VERSION,
      description: 'Version of the format.',
    }),
    kind: Type.Unsafe<'Scenario'>({ type: 'string', const: 'Scenario', description: 'Kind of the document.' }),
    metadata,
    spec,
  },
  { description: 'A scenario: infrastructure, users, applications, faults and the orchestration under test.' },
);

/** A scenario that has been checked, defaults filled in. */
export type Scenario = Static<typeof scenarioSchema>;
