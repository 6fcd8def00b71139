import {
  imageName,
  memoryLimitBytes,
  type Container,
  type ContainerLife,
  type ImageId,
  type Images,
  type Probe,
  type Service,
} from '../../model/index.ts';
import { durationSampler, type DurationSampler } from '../../dynamics/index.ts';

const S = 1e9;

export interface ProbePlan {
  readonly initialDelayNs: number;
  readonly periodNs: number;
  readonly timeoutNs: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

/** What the kubelet does for one container. */
export interface ContainerPlan {
  readonly name: string;
  /** A sidecar is an init container that goes on running. */
  readonly kind: 'init' | 'sidecar' | 'main';
  /** What it runs, where the scenario says what that is made of. */
  readonly image: ImageId | undefined;
  readonly pullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  /** Of an init container; at once where undefined. */
  readonly runsFor: DurationSampler | undefined;
  readonly startup: ProbePlan | undefined;
  readonly readiness: ProbePlan | undefined;
  readonly liveness: ProbePlan | undefined;
}

/** How the pods of a service come up, run and end: their containers in the order in which they start. */
export interface PodPlan {
  readonly containers: readonly ContainerPlan[];
  /** Which of them serves requests: the first that is no init container. */
  readonly serving: number;
  readonly restartPolicy: 'Always' | 'OnFailure' | 'Never';
  /** From the start of the container that serves until it answers. */
  readonly warmUp: DurationSampler | undefined;
  readonly exits: { readonly after: DurationSampler; readonly code: number } | undefined;
  readonly memory: (NonNullable<ContainerLife['memory']> & { readonly limitBytes: number }) | undefined;
}

/** How long the pods of a service may take to end, and go on before they are told to. */
export interface GracePlan {
  readonly graceNs: number;
  readonly preStopNs: number;
}

/** The plan of a service's pods; undefined where there is nothing to it but the time that pods take to start. */
export function podPlan(
  { podSpec, behaviour: { life = {} } }: Service,
  images: Images | undefined,
): PodPlan | undefined {
  const { initContainers = [], containers } = podSpec;
  const byName = new Map(images?.images.map(({ name }, id) => [name, id as ImageId]));
  const plan = (container: Container, kind: ContainerPlan['kind']): ContainerPlan => {
    const runsFor = kind === 'init' ? life.initContainers?.get(container.name) : undefined;
    return {
      name: container.name,
      kind,
      image: byName.get(imageName(container.image ?? '')),
      pullPolicy: pullPolicyOf(container),
      runsFor: runsFor && durationSampler(runsFor),
      startup: probePlan(container.startupProbe),
      readiness: probePlan(container.readinessProbe),
      liveness: probePlan(container.livenessProbe),
    };
  };
  const plans = [
    ...initContainers.map((container) => plan(container, container.restartPolicy === 'Always' ? 'sidecar' : 'init')),
    ...containers.map((container) => plan(container, 'main')),
  ];
  const isPlain = plans.every(
    ({ image, runsFor, startup, readiness, liveness }) =>
      (image ?? runsFor ?? startup ?? readiness ?? liveness) === undefined,
  );
  const { warmUp, exits, memory } = life;
  if (isPlain && (warmUp ?? exits ?? memory) === undefined) return undefined;
  return {
    containers: plans,
    serving: initContainers.length,
    restartPolicy: podSpec.restartPolicy || 'Always',
    warmUp: warmUp && durationSampler(warmUp),
    exits: exits && { after: durationSampler(exits.after), code: exits.code },
    memory: memory && { ...memory, limitBytes: memoryLimitBytes(podSpec) },
  };
}

/** Kubernetes' default grace period is 30 s; of the hooks before the end only `sleep` says how long it takes. */
export function gracePlan({ podSpec: { terminationGracePeriodSeconds = 30, containers } }: Service): GracePlan {
  const sleeps = containers.map(({ lifecycle }) => lifecycle?.preStop?.sleep?.seconds ?? 0);
  return { graceNs: terminationGracePeriodSeconds * S, preStopNs: Math.max(...sleeps) * S };
}

/** Source: Kubernetes, Concepts, Images, "Default image pull policy". */
function pullPolicyOf({ image = '', imagePullPolicy }: Container): ContainerPlan['pullPolicy'] {
  return imagePullPolicy || (imageName(image).endsWith(':latest') ? 'Always' : 'IfNotPresent');
}

/** With Kubernetes' defaults. Source: Kubernetes, Configure Liveness, Readiness and Startup Probes, "Configure Probes". */
function probePlan(probe: Probe | undefined): ProbePlan | undefined {
  if (probe === undefined) return undefined;
  const {
    initialDelaySeconds = 0,
    periodSeconds = 10,
    timeoutSeconds = 1,
    successThreshold = 1,
    failureThreshold = 3,
  } = probe;
  return {
    initialDelayNs: initialDelaySeconds * S,
    periodNs: periodSeconds * S,
    timeoutNs: timeoutSeconds * S,
    successThreshold,
    failureThreshold,
  };
}
