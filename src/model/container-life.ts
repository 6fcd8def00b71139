import { object, openObject, oneOf, optional, whole } from './fields.ts';
import type { PodSpec } from './kubernetes.ts';
import { milliValue, parseQuantity, wholeValue } from './quantity.ts';
import type { Bytes } from './units.ts';
import type { Duration } from './world.ts';

/** What the containers of a service do in the course of their life, which no published object says. */
export interface ContainerLife {
  /** How long init containers run, by name; those that are not named take no time. */
  readonly initContainers?: ReadonlyMap<string, Duration>;
  /** From the start of the first container until it answers; at once where absent. */
  readonly warmUp?: Duration;
  /** The first container exits so long after each start. */
  readonly exits?: { readonly after: Duration; readonly code: number };
  /** What a pod uses. */
  readonly memory?: { readonly baseBytes: Bytes; readonly perRequestBytes: Bytes };
}

/** A Probe as Kubernetes publishes it: the fields that the simulator reads. Defaults are Kubernetes' own. */
export interface Probe {
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly successThreshold?: number;
  readonly failureThreshold?: number;
}

const SECONDS_AT_MOST = 2_147_483_647;

const probe = (description: string) =>
  optional(
    openObject(
      {
        initialDelaySeconds: optional(
          whole({
            description: 'From the start of the container; 0 where absent.',
            minimum: 0,
            maximum: SECONDS_AT_MOST,
          }),
        ),
        periodSeconds: optional(
          whole({ description: 'Between two probes; 10 where absent.', minimum: 1, maximum: SECONDS_AT_MOST }),
        ),
        timeoutSeconds: optional(
          whole({ description: 'Within which it must answer; 1 where absent.', minimum: 1, maximum: SECONDS_AT_MOST }),
        ),
        successThreshold: optional(
          whole({
            description: 'Successes in a row that it takes; 1 where absent.',
            minimum: 1,
            maximum: SECONDS_AT_MOST,
          }),
        ),
        failureThreshold: optional(
          whole({
            description: 'Failures in a row that it takes; 3 where absent.',
            minimum: 1,
            maximum: SECONDS_AT_MOST,
          }),
        ),
      },
      { description },
    ),
  );

/** Fields of a published container that its life is about. */
export const containerLifeFields = {
  startupProbe: probe(
    'Tells that the container is up; it is killed where that fails, and the other probes wait for it.',
  ),
  readinessProbe: probe('Tells whether the pod gets requests.'),
  livenessProbe: probe('The container is killed and started anew where it fails.'),
  lifecycle: optional(
    openObject(
      {
        preStop: optional(
          openObject(
            {
              sleep: optional(
                object(
                  { seconds: whole({ description: 'How long.', minimum: 0, maximum: SECONDS_AT_MOST }) },
                  { description: 'It goes on for so long.' },
                ),
              ),
            },
            { description: 'What happens before it is told to end.' },
          ),
        ),
      },
      { description: 'What happens in the course of its life.' },
    ),
  ),
};

/** Fields of a published pod that its life is about. */
export const podLifeFields = {
  restartPolicy: optional(
    oneOf(['Always', 'OnFailure', 'Never', ''], {
      description: 'Which containers that exit are started anew; Always where absent.',
    }),
  ),
  terminationGracePeriodSeconds: optional(
    whole({
      description: 'How long it may take to end once deleted, s; 30 where absent.',
      minimum: 0,
      maximum: SECONDS_AT_MOST,
    }),
  ),
};

/** Memory that the containers of a pod may use together; Infinity where one of them has no limit. */
export function memoryLimitBytes({ containers }: PodSpec): number {
  return containers.reduce((sum, { resources }) => {
    const limit = resources?.limits?.['memory'];
    return sum + (limit === undefined ? Infinity : wholeValue(limit));
  }, 0);
}

/**
 * The quality-of-service class of a pod. Source: Kubernetes, Concepts, Pod Quality of Service Classes; of the pod-level
 * resources nothing is read here.
 */
export function qosClass({ containers, initContainers = [] }: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  let isBestEffort = true;
  let isGuaranteed = true;
  for (const { resources: { requests = {}, limits = {} } = {} } of [...initContainers, ...containers]) {
    for (const resource of ['cpu', 'memory']) {
      const [request, limit] = [requests[resource], limits[resource]];
      if (request !== undefined || limit !== undefined) isBestEffort = false;
      const isEqual = limit !== undefined && (request === undefined || parseQuantity(request) === parseQuantity(limit));
      if (!isEqual) isGuaranteed = false;
    }
  }
  return isBestEffort ? 'BestEffort' : isGuaranteed ? 'Guaranteed' : 'Burstable';
}

/** What a pod uses with so many requests in hand, bytes; undefined where the scenario does not say. */
export function memoryInUse(
  { behaviour }: { readonly behaviour: { readonly life?: Pick<ContainerLife, 'memory'> } },
  inHand: number,
): number | undefined {
  const memory = behaviour.life?.memory;
  return memory && memory.baseBytes + memory.perRequestBytes * inHand;
}

/**
 * What a HorizontalPodAutoscaler takes a pod to request of a resource, thousandths: of all of its containers that go on
 * running, or of one of them, or of the pod itself where that says so; undefined where one says nothing.
 * Source: Kubernetes, pkg/controller/podautoscaler/replica_calculator.go, calculateRequests.
 */
export function autoscalerRequest(
  { containers, initContainers = [], resources }: PodSpec,
  resource: 'cpu' | 'memory',
  only?: string,
): number | undefined {
  const ofPod = resources?.requests ?? resources?.limits;
  if (only === undefined && ofPod !== undefined && ofPod[resource] !== undefined) return milliValue(ofPod[resource]);
  const running = [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')];
  const counted = only === undefined ? running : running.filter(({ name }) => name === only);
  let sum = 0;
  for (const { resources: { requests = {}, limits = {} } = {} } of counted) {
    const request = requests[resource] ?? limits[resource];
    if (request === undefined) return undefined;
    sum += milliValue(request);
  }
  return counted.length === 0 ? undefined : sum;
}
