import { Type, type Static, type TUnsafe } from '@sinclair/typebox';
import { either, listOf, mapOf, number, object, oneOf, openObject, optional, quantity, text, whole } from './fields.ts';
import type { PodSpec } from './kubernetes.ts';

/**
 * CODECO's application model: the resource `CodecoApp` of group `codeco.he-codeco.eu`. Every field of its published
 * types and samples is typed, checked and kept. Samples write an empty text where they mean nothing, so it is accepted.
 */

/** Frame size of a channel that states a bandwidth alone. Source: comment on the field in CODECO's types. */
export const DEFAULT_FRAME_SIZE_BYTES = 500;
/** Longest send interval of a channel; longer ones are cut to it. Source: comment on the field in CODECO's types. */
export const MAX_SEND_INTERVAL_NS = 10_000_000;

const orEmpty = <Name extends string>(...names: Name[]): readonly (Name | '')[] => [...names, ''];

const resources = (description: string) =>
  mapOf(quantity('quantity', { description: 'Amount of the resource, a Kubernetes quantity.' }), { description });

const container = openObject(
  {
    name: text({ description: 'Name of the container.' }),
    image: optional(text({ description: 'Image reference.' })),
    imagePullPolicy: optional(
      oneOf(orEmpty('Always', 'IfNotPresent', 'Never'), {
        description: 'When its image is pulled; Always where it is tagged :latest, or else IfNotPresent, where absent.',
      }),
    ),
    resources: optional(
      openObject(
        {
          requests: optional(resources('What the scheduler sets aside, by resource.')),
          limits: optional(resources('What the container can use at most, by resource.')),
        },
        { description: 'Compute resources.' },
      ),
    ),
    ports: optional(
      listOf(
        openObject(
          {
            containerPort: whole({ description: 'Port in the container.', minimum: 1, maximum: 65_535 }),
            hostPort: optional(whole({ description: 'Port on the node.', minimum: 0, maximum: 65_535 })),
            hostIP: optional(text({ description: 'Address on the node that the port is bound to.' })),
            protocol: optional(oneOf(['TCP', 'UDP', 'SCTP'], { description: 'Transport protocol.' })),
          },
          { description: 'A port.' },
        ),
        { description: 'Ports that the container exposes.' },
      ),
    ),
    restartPolicy: optional(text({ description: "'Always' on an init container makes it a sidecar." })),
  },
  { description: 'A container.' },
);

const toleration = openObject(
  {
    key: optional(text({ description: 'Key of the taint; without it, every key.' })),
    operator: optional(
      oneOf(['Exists', 'Equal', 'Lt', 'Gt'], { description: 'How the value is compared; Equal if absent.' }),
    ),
    value: optional(text({ description: 'Value of the taint.' })),
    effect: optional(
      oneOf(['NoSchedule', 'PreferNoSchedule', 'NoExecute', ''], {
        description: 'Effect of the taint; without it, every effect.',
      }),
    ),
    tolerationSeconds: optional(number({ description: 'How long a NoExecute taint is tolerated, s.' })),
  },
  { description: 'A taint that the pod puts up with.' },
);

const selectorTerm = openObject(
  Object.fromEntries(
    (['matchExpressions', 'matchFields'] as const).map((field) => [
      field,
      optional(
        listOf(
          openObject(
            {
              key: text({ description: 'Label or field.' }),
              operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt'], {
                description: 'How it is compared.',
              }),
              values: optional(listOf(text({ description: 'A value.' }), { description: 'Values to compare with.' })),
            },
            { description: 'A requirement.' },
          ),
          { description: 'Requirements that must all hold.' },
        ),
      ),
    ]),
  ),
  { description: 'Requirements on a node.' },
);

export const nodeAffinity = openObject(
  {
    requiredDuringSchedulingIgnoredDuringExecution: optional(
      openObject(
        { nodeSelectorTerms: listOf(selectorTerm, { description: 'Terms of which one must hold.', minItems: 1 }) },
        { description: 'What a node must have.' },
      ),
    ),
    preferredDuringSchedulingIgnoredDuringExecution: optional(
      listOf(
        openObject(
          {
            weight: whole({ description: 'Weight of the preference.', minimum: 1, maximum: 100 }),
            preference: selectorTerm,
          },
          { description: 'A preference.' },
        ),
        { description: 'What a node should have.' },
      ),
    ),
  },
  { description: 'Which nodes the pod is drawn to.' },
);

/** A Kubernetes LabelSelector. */
export const labelSelectorSchema = openObject(
  {
    matchLabels: optional(mapOf(text({ description: 'Value.' }), { description: 'Labels that must be so.' })),
    matchExpressions: optional(
      listOf(
        openObject(
          {
            key: text({ description: 'Label.' }),
            operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist'], { description: 'How it is compared.' }),
            values: optional(listOf(text({ description: 'A value.' }), { description: 'Values to compare with.' })),
          },
          { description: 'A requirement.' },
        ),
        { description: 'Requirements that must all hold.' },
      ),
    ),
  },
  { description: 'Which pods are meant, by their labels.' },
);

const podAffinityTerm = openObject(
  {
    labelSelector: optional(labelSelectorSchema),
    topologyKey: text({
      description: 'Label of nodes whose values are the places.',
      pattern: '.',
      expects: 'a label such as kubernetes.io/hostname',
    }),
    namespaces: optional(listOf(text({ description: 'Namespace.' }), { description: 'Namespaces of the pods meant.' })),
    namespaceSelector: optional(labelSelectorSchema),
  },
  { description: 'Pods, and what counts as one place.' },
);

const podAffinity = openObject(
  {
    requiredDuringSchedulingIgnoredDuringExecution: optional(
      listOf(podAffinityTerm, { description: 'What must hold.' }),
    ),
    preferredDuringSchedulingIgnoredDuringExecution: optional(
      listOf(
        openObject(
          {
            weight: whole({ description: 'Weight of the preference.', minimum: 1, maximum: 100 }),
            podAffinityTerm,
          },
          { description: 'A preference.' },
        ),
        { description: 'What should hold.' },
      ),
    ),
  },
  { description: 'Which pods it is drawn to, or keeps away from.' },
);

const spreadConstraint = openObject(
  {
    maxSkew: whole({ description: 'Largest difference between two places.', minimum: 1 }),
    topologyKey: text({
      description: 'Label of nodes whose values are the places.',
      pattern: '.',
      expects: 'a label such as topology.kubernetes.io/zone',
    }),
    whenUnsatisfiable: oneOf(['DoNotSchedule', 'ScheduleAnyway'], {
      description: 'What happens where it cannot hold.',
    }),
    labelSelector: optional(labelSelectorSchema),
    minDomains: optional(whole({ description: 'Fewest places.', minimum: 1 })),
  },
  { description: 'How evenly pods are spread.' },
);

/** A Kubernetes PodSpec: the fields that the simulator reads are checked, the others are kept. */
export const podSpecSchema = openObject(
  {
    containers: listOf(container, { description: 'Containers of the pod.', minItems: 1 }),
    initContainers: optional(listOf(container, { description: 'Containers that run before the others.' })),
    nodeSelector: optional(mapOf(text({ description: 'Value.' }), { description: 'Labels that a node must have.' })),
    nodeName: optional(text({ description: 'The node to run on, past the scheduler.' })),
    affinity: optional(
      openObject(
        {
          nodeAffinity: optional(nodeAffinity),
          podAffinity: optional(podAffinity),
          podAntiAffinity: optional(podAffinity),
        },
        { description: 'Affinities.' },
      ),
    ),
    topologySpreadConstraints: optional(
      listOf(spreadConstraint, { description: 'How its like are spread over places.' }),
    ),
    priorityClassName: optional(text({ description: 'Class that its priority comes from.' })),
    preemptionPolicy: optional(
      oneOf(['PreemptLowerPriority', 'Never'], { description: 'Whether it may evict others.' }),
    ),
    activeDeadlineSeconds: optional(
      whole({ description: 'How long it may be on a node before it is ended, s.', minimum: 1, maximum: 2_147_483_647 }),
    ),
    tolerations: optional(listOf(toleration, { description: 'Taints that the pod tolerates.' })),
    schedulerName: optional(text({ description: 'Scheduler that the pod asks for.' })),
    priority: optional(whole({ description: 'Priority of the pod.', minimum: -2_147_483_648, maximum: 2_147_483_647 })),
    overhead: optional(resources('Resources of the sandbox itself, by resource.')),
    schedulingGates: optional(
      listOf(openObject({ name: text({ description: 'Name of the gate.' }) }, { description: 'A gate.' }), {
        description: 'What keeps it from being scheduled until somebody takes it away.',
      }),
    ),
  },
  { description: 'A Kubernetes PodSpec. Fields beyond these are kept as they are.' },
) as unknown as TUnsafe<PodSpec>;

const channelSettings = object(
  {
    minBandwidth: optional(quantity('quantity', { description: 'Bandwidth to guarantee, bit/s: "5M" is 5 Mbit/s.' })),
    bandwidth: optional(quantity('quantity', { description: 'The newer spelling of minBandwidth, bit/s.' })),
    maxDelay: optional(quantity('delay', { description: 'Largest delay from end to end, s: "10e-3" is 10 ms.' })),
    frameSize: optional(
      quantity('quantity', { description: 'Size of a frame, byte. 500 where a bandwidth alone is given.' }),
    ),
    sendInterval: optional(quantity('delay', { description: 'Time between two frames, s. At most 10 ms.' })),
  },
  { description: 'What the channel needs from the network.' },
);

const serviceChannel = object(
  {
    channelName: text({ description: 'Name of the channel.' }),
    otherService: object(
      {
        serviceName: text({
          description: 'The service that is called.',
          pattern: '^[a-z]+([-a-z0-9]+)$',
          expects: "a name of at least two lower-case letters, digits and '-' that begins with a letter",
        }),
        appName: optional(text({ description: 'Its application; without it, the same one.' })),
        port: optional(whole({ description: 'Port it is called on.', minimum: 1, maximum: 65_535 })),
      },
      { description: 'The far end of the channel.' },
    ),
    serviceClass: optional(
      oneOf(orEmpty('BESTEFFORT', 'ASSURED'), { description: 'Kind of network service; BESTEFFORT if absent.' }),
    ),
    advancedChannelSettings: optional(channelSettings),
  },
  { description: 'A need for communication from this service to another.' },
);

const microService = object(
  {
    serviceName: text({
      description: 'Name of the micro-service.',
      pattern: '^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$',
      expects: "a name of lower-case letters, digits and '-' that begins with a letter",
    }),
    podspec: podSpecSchema,
    serviceChannels: optional(listOf(serviceChannel, { description: 'The services that this one calls.' })),
    nwbandwidth: optional(
      quantity('quantity', { description: 'Network bandwidth of the service, Mb/s. CODECO takes 25 where absent.' }),
    ),
    nwlatency: optional(
      quantity('quantity', { description: 'Network latency of the service, ms. CODECO takes 10 where absent.' }),
    ),
  },
  { description: 'A micro-service: one pod template and its channels.' },
);

const metric = (description: string) =>
  either([text({ description }), number({ description })], { description: `${description} As observed.` });

const status = object(
  {
    status: optional(oneOf(orEmpty('OK', 'Warning', 'Error'), { description: 'Health of the application.' })),
    errorMsg: optional(text({ description: 'What is wrong.' })),
    nodeMetrics: optional(
      listOf(
        object(
          {
            nodeName: text({ description: 'Node.' }),
            avgNodeCpu: optional(metric('Mean CPU use of the node.')),
            avgNodeMemory: optional(metric('Mean memory use of the node.')),
            avgNodeFailure: optional(metric('Mean failures of the node, an exponential moving average.')),
            avgNodeEnergy: optional(metric('Mean energy use of the node.')),
          },
          { description: 'Metrics of a node.' },
        ),
        { description: 'Metrics of the nodes.' },
      ),
    ),
    appMetrics: optional(
      object(
        {
          numPods: optional(whole({ description: 'Pods of the application.', minimum: 0 })),
          avgAppCpu: optional(metric('Mean CPU use of the application, cores.')),
          avgAppMemory: optional(metric('Mean memory use of the application.')),
          serviceMetrics: optional(
            listOf(
              object(
                {
                  serviceName: text({ description: 'Service.' }),
                  nodeName: optional(text({ description: 'Node it runs on.' })),
                  podName: optional(text({ description: 'Pod it runs in.' })),
                  clusterName: optional(text({ description: 'Cluster it runs in.' })),
                  avgServiceCpu: optional(metric('Mean CPU use of the service.')),
                  avgServiceMemory: optional(metric('Mean memory use of the service.')),
                },
                { description: 'Metrics of a service.' },
              ),
              { description: 'Metrics of the services.' },
            ),
          ),
        },
        { description: 'Metrics of the application.' },
      ),
    ),
  },
  { description: 'What CODECO reports of the application. Kept, and not read: the simulator observes for itself.' },
);

const spec = object(
  {
    appName: optional(text({ description: 'Name of the application; metadata.name where absent.' })),
    qosClass: optional(oneOf(orEmpty('Gold', 'Silver', 'BestEffort'), { description: 'Quality-of-service class.' })),
    securityClass: optional(
      oneOf(orEmpty('High', 'Good', 'Medium', 'Low', 'None'), { description: 'Security that its nodes should have.' }),
    ),
    complianceClass: optional(
      oneOf(orEmpty('High', 'Medium', 'Low'), { description: 'Expected level of compliance.' }),
    ),
    appEnergyLimit: optional(
      text({
        description: 'Most energy that the infrastructure should spend on the application, percent: "20".',
        pattern: '^((100|\\d{1,2})(\\.\\d+)?%?|)$',
        expects: 'a percentage such as "20"',
      }),
    ),
    appFailureTolerance: optional(
      text({
        description: 'Tolerance to failures of the infrastructure: High, Medium, Low or a percentage.',
        pattern: '^(High|Medium|Low|(100|\\d{1,2})(\\.\\d+)?%?|)$',
        expects: 'High, Medium, Low or a percentage such as "20"',
      }),
    ),
    performanceProfile: optional(text({ description: 'What placement optimises, such as Greenness or Resilience.' })),
    'codecoapp-msspec': listOf(microService, { description: 'The micro-services of the application.', minItems: 1 }),
  },
  { description: 'What the application is and needs.' },
);

const metadata = openObject(
  {
    name: text({
      description: 'Name of the resource.',
      pattern: '^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$',
      expects: "a name of lower-case letters, digits, '-' and '.', as Kubernetes has it",
    }),
    namespace: optional(text({ description: 'Namespace of its pods; default where absent.' })),
    labels: optional(mapOf(text({ description: 'Value.' }), { description: 'Labels.' })),
    annotations: optional(mapOf(text({ description: 'Value.' }), { description: 'Annotations.' })),
  },
  { description: "Kubernetes' object metadata." },
);

const CODECO_APP_VERSION = 'codeco.he-codeco.eu/v1alpha1';

export const codecoAppSchema = object(
  {
    apiVersion: Type.Unsafe<typeof CODECO_APP_VERSION>({
      type: 'string',
      const: CODECO_APP_VERSION,
      description: 'Version of the format.',
    }),
    kind: Type.Unsafe<'CodecoApp'>({ type: 'string', const: 'CodecoApp', description: 'Kind of the document.' }),
    metadata,
    spec,
    status: optional(status),
  },
  { description: "An application in CODECO's model: micro-services, their pods, and the channels between them." },
);

export type CodecoApp = Static<typeof codecoAppSchema>;
