import {
  flag,
  dnsName,
  listOf,
  mapOf,
  measured,
  object,
  oneOf,
  optional,
  text,
  whole,
  performanceProfiles,
} from '../../model/index.ts';
import { arrivals } from './arrivals.ts';
import { containerLife } from './container-life.ts';
import { callPolicyFields, callsTo } from './call-policy.ts';
import { datasetAccesses } from './datasets.ts';
import { distributionFields, durationOrDistribution } from './distribution.ts';
import { mobility } from './mobility.ts';
import { userPositions } from './position.ts';

export const userGroup = object(
  {
    name: dnsName({ description: 'Name of the group; its users are NAME-1, NAME-2 and so on.', default: 'users' }),
    count: optional(whole({ description: 'How many; one for each listed position where absent.', minimum: 1 })),
    at: optional(userPositions),
    mobility: optional(mobility),
    requests: optional(
      object(
        {
          app: text({ description: 'Application.' }),
          to: text({ description: 'Service of it that requests enter at.' }),
          rate: optional(
            measured('rate', {
              description:
                'Mean requests of one user; where the process has factors, those where the factor is 1. Needed save where ' +
                'requests are recorded or the loop is closed.',
              positive: true,
            }),
          ),
          arrivals,
          ...callPolicyFields,
        },
        { description: 'The requests that each user sends.' },
      ),
    ),
  },
  { description: 'Users that behave alike.' },
);

const cpu = durationOrDistribution({
  description:
    `CPU time that a request takes on one reference core: a duration, or a distribution: ${distributionFields}. ` +
    'The default is own design.',
  constant: 'The same time for each request.',
  example: '6ms',
  default: '5ms',
});

const behaviour = object(
  {
    cpu,
    request: measured('bytes', { description: 'Size of a request to the service. Own default.', default: '1kB' }),
    response: measured('bytes', { description: 'Size of its response. Own default.', default: '10kB' }),
    concurrency: whole({
      description: 'Requests that a pod works on at a time; others wait, first come first served. Own default.',
      minimum: 1,
      maximum: 1_000_000,
      default: 100,
    }),
    queue: optional(
      whole({
        description: 'Requests that may wait at a pod; it refuses more, as overloaded. Any number where absent.',
        maximum: 1_000_000_000,
        minimum: 0,
      }),
    ),
    holdsSlotWhileCalling: flag({
      description:
        'Whether a request counts among those that the pod works on while it waits for the services that it calls, as a thread ' +
        'does; an asynchronous server frees the place. Pods that hold them round a loop of calls can wait for each other ' +
        'for ever. Own default.',
      default: true,
    }),
    calls: oneOf(
      { sequential: 'One after the other, in the order of the channels.', parallel: 'All at once.' },
      { description: 'How the services behind the channels are called.', default: 'sequential' },
    ),
    callsTo: mapOf(callsTo, {
      description:
        'How it makes its calls to the services that its channels lead to, by the name of the called service.',
      default: {},
    }),
    replicas: whole({
      description: 'Pods of the service; of one from a manifest, what the manifest says.',
      minimum: 1,
      maximum: 10_000,
      default: 1,
    }),
    reads: datasetAccesses(
      'read',
      'Datasets that a request reads, one after the other, between its CPU work and its calls: each from the copy of least ' +
        'observed latency, over the network.',
    ),
    writes: datasetAccesses(
      'written',
      'Datasets that a request writes to after its reads, at the primary copy: each write is a new version.',
    ),
    state: optional(
      object(
        {
          size: measured('bytes', { description: 'How much each pod has of it.', positive: true }),
          dirtyRate: measured('bandwidth', {
            description: 'How fast it changes while the pod serves; not at all by default. Own default.',
            default: '0bit/s',
          }),
        },
        { description: 'What a pod keeps, and a migration has to take along over the network; nothing where absent.' },
      ),
    ),
    ...containerLife,
    trafficDistribution: oneOf(
      {
        PreferClose: 'To the pods of least observed latency from the caller, in turn.',
        Cluster: 'To each pod equally likely.',
      },
      {
        description: "To which pod a request goes, as a Kubernetes Service's trafficDistribution.",
        default: 'PreferClose',
      },
    ),
  },
  { description: 'What a service does, which a CodecoApp does not say.' },
);

export const app = object(
  {
    name: optional(
      dnsName({
        description:
          "Name of the application; the CodecoApp's appName, or else its metadata.name, or the name of the manifest's " +
          'file, or pods, where absent.',
      }),
    ),
    codecoApp: optional(
      text({
        description:
          'The CodecoApp: a file relative to this one, FILE#NAME where the file holds several, or the name of a ' +
          'CodecoApp document in this file.',
      }),
    ),
    manifest: optional(
      text({
        description:
          'In its place, a file of Kubernetes objects as published, relative to this one: Pods, Deployments and ReplicaSets, ' +
          'each a service of the application, and Services, Namespaces, PriorityClasses, PodDisruptionBudgets and ' +
          'HorizontalPodAutoscalers. These scale by the CPU and the memory (where behaviours say it), and by metrics of what ' +
          'pods do, by usual names: http_requests or requests_per_second, queue_length, requests_in_flight, ' +
          'http_request_duration_seconds.',
      }),
    ),
    pods: optional(
      text({
        description:
          'In its place, a table of pods that come and go: a CSV file relative to this one, or its text. Columns: ' +
          'arrival_s (after the application is submitted), and as far as wanted name, duration_s (from the start of ' +
          'its containers), cpu, memory, priority, node:LABEL (what its node must have, A|B for either), label:NAME, and ' +
          'extended resources by their names.',
      }),
    ),
    at: measured('duration', { description: 'When it is submitted.', default: '0s' }),
    changes: optional(
      listOf(
        object(
          {
            at: measured('duration', { description: 'When, from the start of the run; after it was submitted.' }),
            replicas: optional(
              mapOf(whole({ description: 'Pods from then on.', minimum: 0, maximum: 10_000 }), {
                description: 'Replicas of its services from then on, by service; the others keep theirs.',
              }),
            ),
            performanceProfile: optional(
              oneOf(performanceProfiles, {
                description: 'What SWM places its pods by from then on, as a new version of its CodecoApp may state.',
              }),
            ),
            delete: optional(flag({ description: 'Whether it is deleted: all its pods go, and none is made anew.' })),
          },
          {
            description: 'A change: replicas, performanceProfile or delete.',
            expects: '{ at, replicas }, { at, performanceProfile } or { at, delete: true }',
          },
        ),
        { description: 'What becomes of a CodecoApp later: it is scaled, placed by another profile, or deleted.' },
      ),
    ),
    liftGates: optional(
      listOf(
        object(
          {
            gate: text({ description: "Name of a scheduling gate of its pods' specification." }),
            at: measured('duration', { description: 'When it is taken away, from the start of the run.' }),
          },
          { description: 'A scheduling gate that goes.' },
        ),
        {
          description:
            'When a controller outside the simulation takes scheduling gates away from its pods, which wait until none ' +
            'is left (spec.schedulingGates of a pod).',
        },
      ),
    ),
    clusters: optional(
      listOf(text({ description: 'A cluster.' }), {
        description: 'Clusters that may run it; all where absent.',
        minItems: 1,
      }),
    ),
    placed: optional(
      mapOf(listOf(text({ description: 'A node.' }), { description: 'Nodes, one for each pod that has its place.' }), {
        description:
          'Nodes that the first pods of its services are bound to as soon as they are there, past the scheduler, by service: ' +
          'a node for each pod, which may come several times. The pods beyond these, and those that are made anew later, ' +
          'are scheduled. For what already runs, as `import cluster` finds it.',
      }),
    ),
    behaviour: mapOf(behaviour, {
      description: "What its services do, by service; '*' is for all that have no entry of their own.",
      default: {},
    }),
  },
  {
    description: 'An application: exactly one of codecoApp, manifest and pods.',
  },
);
