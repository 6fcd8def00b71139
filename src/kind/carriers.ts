import { podTemplate } from '../kubernetes/index.ts';
import {
  milliValue,
  wholeValue,
  type App,
  type Container,
  type PodSpec,
  type Service,
  type World,
} from '../model/index.ts';

/** What the containers on the real cluster do. */
export const workloads = {
  pause: 'nothing: the pause container that kind has anyway, with the requests and limits of the real ones',
  http: 'the first of each pod answers HTTP on its port, and is asked for its readiness',
  published: 'what the application publishes: its images must be loaded or pulled',
} as const;
export type WorkloadName = keyof typeof workloads;

export interface CarrierOptions {
  readonly workload: WorkloadName;
  /** What CPU and memory are divided by, as the nodes' are. */
  readonly shrink: number;
  /** In place of the cluster's own scheduler. */
  readonly schedulerName?: string;
  /** Taints of a node that is lost, and how long pods tolerate them that do not say so themselves; absent: as the cluster has it. */
  readonly lost?: { readonly taints: readonly string[]; readonly forNs: number };
}

/** A Kubernetes object, to be applied. */
export type Carrier = Readonly<Record<string, unknown>>;

/** Label of a pod that names the simulated service that it is of. */
export const SERVICE_LABEL = 'codeco-sim.io/service';
/** Label of all that a replay makes; its value is the scenario. */
export const REPLAY_LABEL = 'codeco-sim.io/replay';
/** Taint of a node that has failed in the scenario and cannot be stopped. */
export const DOWN_TAINT = 'codeco-sim.io/down';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
/** What a node is tainted with once it is lost: by the replay, or by the cluster itself (Kubernetes, Taints and Tolerations). */
export const lostTaints = { taint: [DOWN_TAINT], command: [UNREACHABLE, 'node.kubernetes.io/not-ready'] } as const;
const PAUSE_IMAGE = 'registry.k8s.io/pause:3.10';
const HTTP_IMAGE = 'registry.k8s.io/e2e-test-images/agnhost:2.53';
const HTTP_PORT = 8080;

type Template = { readonly metadata?: Readonly<Record<string, unknown>>; readonly spec: PodSpec };
type Published = {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly template?: Template } & Readonly<Record<string, unknown>>;
};

/**
 * The Kubernetes objects that carry an application on a real cluster. A CodecoApp has a Deployment and a Service for each
 * of its services; a manifest is taken as published, with its pods' containers replaced. Own design.
 */
export function carriersOf(world: World, app: App, options: CarrierOptions): Carrier[] {
  const namespaces = new Set<string>();
  const objects =
    'documents' in app.source
      ? (app.source.documents as readonly Published[])
          .filter(({ kind }) => kind !== AUTOSCALER)
          .map((document) => publishedCarrier(world, app, inNamespace(document), options, namespaces))
      : app.services.flatMap((id) => serviceCarriers(world, app, world.services[id]!, options, namespaces));
  namespaces.delete('default');
  const made = [...namespaces]
    .filter(
      (name) =>
        !objects.some(
          (object) => object['kind'] === 'Namespace' && (object['metadata'] as { name: string }).name === name,
        ),
    )
    .map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  return [...made, ...objects].map((object) => labelled(object as Published, replayLabel(world)));
}

/** An object without a namespace is of `default`, as in the simulation, whatever namespace the kubeconfig's context has. */
const inNamespace = (document: Published): Published =>
  withoutNamespace.includes(document.kind)
    ? document
    : { ...document, metadata: { ...document.metadata, namespace: document.metadata.namespace ?? 'default' } };

/** Pods that stand for others have no load that it could go by: what the simulated one decides is replayed. */
const AUTOSCALER = 'HorizontalPodAutoscaler';

/** Kinds of manifests that have no namespace. An API server passes over that of others that have none. */
const withoutNamespace = ['Namespace', 'PriorityClass'];

/** The value of `REPLAY_LABEL`. */
export const replayLabel = ({ name }: Pick<World, 'name'>): string => labelValue(name);

/** An object, and the pods that it makes, with the label of the replay. */
function labelled(object: Published, value: string): Carrier {
  const { metadata, spec } = object;
  const own = { ...metadata, labels: { ...metadata.labels, [REPLAY_LABEL]: value } };
  const template = spec?.template;
  if (template === undefined) return { ...object, metadata: own };
  const labels = { ...(template.metadata?.['labels'] as object | undefined), [REPLAY_LABEL]: value };
  return {
    ...object,
    metadata: own,
    spec: { ...spec, template: { ...template, metadata: { ...template.metadata, labels } } },
  };
}

/** The bare pods of a table, each to be made at its time. */
export function podCarrier(
  world: World,
  service: Service,
  life: { readonly name: string; readonly runsNs?: number },
  options: CarrierOptions,
): Carrier {
  const app = world.apps[service.app]!;
  const { metadata, spec } = podTemplate(app, service, world.clusters);
  const carried = carriedSpec(spec, options);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: life.name,
      labels: { ...metadata.labels, [SERVICE_LABEL]: serviceLabel(app, service), [REPLAY_LABEL]: replayLabel(world) },
    },
    // a pause container never ends of itself: the kubelet ends it, and the pod is Failed where it would have Succeeded
    spec: {
      restartPolicy: 'Never',
      ...carried,
      ...(life.runsNs === undefined ? {} : { activeDeadlineSeconds: Math.max(1, Math.ceil(life.runsNs / 1e9)) }),
    },
  };
}

/** The value of `SERVICE_LABEL`. */
export const serviceLabel = (app: App, service: Service): string => labelValue(`${app.name}.${service.name}`);

/** Where the pods of a service are found. */
export const servicePods = (app: App, service: Service): { readonly namespace: string; readonly selector: string } => ({
  namespace: service.workload?.namespace ?? app.namespace,
  selector: `${SERVICE_LABEL}=${serviceLabel(app, service)}`,
});

/** The object that keeps the pods of a service, as `carriersOf` makes it. */
export const controllerOf = (
  app: App,
  service: Service,
): { readonly namespace: string; readonly kind: string; readonly name: string } => ({
  namespace: servicePods(app, service).namespace,
  kind: service.workload?.kind ?? 'Deployment',
  name: service.workload === undefined ? `${app.name}-${service.name}` : service.name,
});

/** At most 63 characters, letters and digits at both ends, and between them '-', '_' and '.' as well (Kubernetes, Labels and Selectors). */
const labelValue = (text: string): string =>
  text
    .replaceAll(/[^a-z0-9._-]/gi, '-')
    .slice(0, 63)
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/gi, '');

function serviceCarriers(
  world: World,
  app: App,
  service: Service,
  options: CarrierOptions,
  namespaces: Set<string>,
): Carrier[] {
  if (service.lives !== undefined) return [];
  const { metadata, spec } = podTemplate(app, service, world.clusters);
  const { namespace = 'default' } = metadata;
  namespaces.add(namespace);
  const labels = { ...metadata.labels, [SERVICE_LABEL]: serviceLabel(app, service) };
  const { name } = controllerOf(app, service);
  const port = portOf(service);
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace, labels },
      spec: {
        replicas: service.replicas,
        selector: { matchLabels: metadata.labels },
        template: { metadata: { labels }, spec: carriedSpec(spec, options) },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: service.name, namespace, labels },
      spec: {
        selector: metadata.labels,
        ports: [{ port, targetPort: options.workload === 'http' ? HTTP_PORT : port }],
        // Cluster is what the simulation calls Kubernetes' own way, which has no name there
        ...(service.trafficDistribution === 'Cluster' ? {} : { trafficDistribution: service.trafficDistribution }),
      },
    },
  ];
}

const portOf = ({ podSpec }: Service): number =>
  podSpec.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort ?? 80;

/** A published object; its pods know the simulated service that they are of. */
function publishedCarrier(
  world: World,
  app: App,
  document: Published,
  options: CarrierOptions,
  namespaces: Set<string>,
): Carrier {
  const { kind, metadata, spec } = document;
  const isPod = kind === 'Pod';
  if (!isPod && spec?.template === undefined) return document;
  namespaces.add(metadata.namespace!);
  const id = app.services.find((one) => world.services[one]!.name === metadata.name);
  const label = id === undefined ? {} : { [SERVICE_LABEL]: serviceLabel(app, world.services[id]!) };
  const constrained = (from: PodSpec): Carrier =>
    carriedSpec(
      id === undefined ? from : podTemplate(app, { ...world.services[id]!, podSpec: from }, world.clusters).spec,
      options,
    );
  if (isPod) {
    return {
      ...document,
      metadata: { ...metadata, labels: { ...metadata.labels, ...label } },
      spec: constrained(spec as unknown as PodSpec),
    };
  }
  const template = spec!.template!;
  const labels = { ...(template.metadata?.['labels'] as Readonly<Record<string, string>> | undefined), ...label };
  return {
    ...document,
    spec: {
      ...spec,
      template: { ...template, metadata: { ...template.metadata, labels }, spec: constrained(template.spec) },
    },
  };
}

/** Fields of a pod that are about what its real containers need, and that those that stand for them cannot have. */
const ofTheReal = [
  'volumes',
  'initContainers',
  'imagePullSecrets',
  'serviceAccountName',
  'serviceAccount',
  'securityContext',
  'hostNetwork',
] as const;

function carriedSpec(spec: PodSpec, { workload, shrink, schedulerName, lost }: CarrierOptions): Carrier {
  const scheduler = {
    ...(schedulerName === undefined ? {} : { schedulerName }),
    ...(lost === undefined ? {} : { tolerations: toleratingLost(spec, lost) }),
  };
  const shrunk = (container: Container): Container['resources'] | undefined => {
    const { requests, limits } = container.resources ?? {};
    if (shrink === 1 || (requests === undefined && limits === undefined)) return container.resources;
    return {
      ...(requests === undefined ? {} : { requests: divided(requests, shrink) }),
      ...(limits === undefined ? {} : { limits: divided(limits, shrink) }),
    };
  };
  if (workload === 'published') {
    const containers = spec.containers.map((container) => {
      const resources = shrunk(container);
      return resources === undefined ? container : { ...container, resources };
    });
    return { ...spec, ...scheduler, containers };
  }
  const containers = spec.containers.map((container, index) => {
    const resources = shrunk(container);
    const isServer = workload === 'http' && index === 0;
    return {
      name: container.name,
      image: workload === 'http' ? HTTP_IMAGE : PAUSE_IMAGE,
      imagePullPolicy: 'IfNotPresent',
      ...(workload === 'pause'
        ? {}
        : { args: isServer ? ['netexec', `--http-port=${HTTP_PORT}`, '--udp-port=-1'] : ['pause'] }),
      ...(isServer
        ? {
            ports: [{ containerPort: HTTP_PORT }],
            readinessProbe: { httpGet: { path: '/healthz', port: HTTP_PORT }, periodSeconds: 1 },
          }
        : workload === 'pause' && container.ports !== undefined
          ? { ports: container.ports }
          : {}),
      ...(resources === undefined ? {} : { resources }),
    };
  });
  const rest = Object.fromEntries(
    Object.entries(spec).filter(([field]) => !(ofTheReal as readonly string[]).includes(field)),
  );
  return { ...rest, ...scheduler, containers };
}

/** A pod's tolerations, and those of a lost node; it tolerates one that is marked as down as long as one that is unreachable. */
function toleratingLost(
  { tolerations = [] }: PodSpec,
  { taints, forNs }: NonNullable<CarrierOptions['lost']>,
): NonNullable<PodSpec['tolerations']> {
  const added = taints.flatMap((taint) => {
    const own = tolerations.find(
      ({ key, effect }) =>
        (key === undefined || key === taint || (key === UNREACHABLE && taint === DOWN_TAINT)) &&
        (effect === undefined || effect === 'NoExecute'),
    );
    if (own !== undefined && (own.key === undefined || own.key === taint)) return [];
    const seconds = own === undefined ? Math.ceil(forNs / 1e9) : own.tolerationSeconds;
    const lost = { key: taint, operator: 'Exists', effect: 'NoExecute' } as const;
    return [seconds === undefined ? lost : { ...lost, tolerationSeconds: seconds }];
  });
  return [...tolerations, ...added];
}

/** CPU to whole millicores, memory to whole bytes, both rounded down but not to 0; other resources are counted as they are. */
function divided(
  resources: Readonly<Record<string, string | number>>,
  shrink: number,
): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(resources).map(([resource, quantity]) => {
      const amount = resource === 'cpu' ? milliValue(quantity) : resource === 'memory' ? wholeValue(quantity) : 0;
      if (amount === 0) return [resource, quantity];
      const part = Math.max(1, Math.floor(amount / shrink));
      return [resource, resource === 'cpu' ? `${part}m` : String(part)];
    }),
  );
}
