import { imageName, type Container, type ImageId, type Images, type Service } from '../../model/index.ts';

/** What the kubelet does for one container before the next may start. */
export interface ContainerPlan {
  readonly name: string;
  /** What it runs, where the scenario says what that is made of. */
  readonly image: ImageId | undefined;
  readonly pullPolicy: 'Always' | 'IfNotPresent' | 'Never';
}

/** How the pods of a service come up: their containers in the order in which they start, init containers first. */
export interface PodPlan {
  readonly containers: readonly ContainerPlan[];
}

/** The plan of a service's pods; undefined where there is nothing to it but the time that pods take to start. */
export function podPlan({ podSpec }: Service, images: Images | undefined): PodPlan | undefined {
  const byName = new Map(images?.images.map(({ name }, id) => [name, id as ImageId]));
  const containers = [...(podSpec.initContainers ?? []), ...podSpec.containers].map((container) => ({
    name: container.name,
    image: byName.get(imageName(container.image ?? '')),
    pullPolicy: pullPolicyOf(container),
  }));
  return containers.every(({ image }) => image === undefined) ? undefined : { containers };
}

/** Source: Kubernetes, Concepts, Images, "Default image pull policy". */
function pullPolicyOf({ image = '', imagePullPolicy }: Container): ContainerPlan['pullPolicy'] {
  return imagePullPolicy || (imageName(image).endsWith(':latest') ? 'Always' : 'IfNotPresent');
}
