import { cpus, totalmem } from 'node:os';
import { ClusterError } from './cluster-error.ts';
import type { HostCapacity } from './kind-config.ts';
import { runCommand, type ShellCommand } from './shell-command.ts';

/** What runs kind's containers. */
export const containerRuntimes = { docker: 'Docker', podman: 'Podman, which kind calls experimental' } as const;
export type ContainerRuntime = keyof typeof containerRuntimes;

/** The environment in which kind uses a runtime: Docker is what it takes by itself. */
const environment = (runtime: ContainerRuntime): Pick<ShellCommand, 'env'> =>
  runtime === 'docker' ? {} : { env: { KIND_EXPERIMENTAL_PROVIDER: runtime } };

/** A call of kind. */
export function kindCommand(runtime: ContainerRuntime, ...args: readonly string[]): ShellCommand {
  return { program: 'kind', args, ...environment(runtime) };
}

/** What the machine has that the containers run on, which is another one than this where Docker runs in a virtual machine. */
export function capacityCommand(runtime: ContainerRuntime): ShellCommand {
  const format = runtime === 'docker' ? '{{.NCPU}} {{.MemTotal}}' : '{{.Host.CPUs}} {{.Host.MemTotal}}';
  return { program: runtime, args: ['info', '--format', format] };
}

/** @throws {ClusterError} if the runtime does not answer, or with something else */
export async function readCapacity(runtime: ContainerRuntime, signal?: AbortSignal): Promise<HostCapacity> {
  const answer = await runCommand(capacityCommand(runtime), signal);
  const [cores, bytes] = answer.trim().split(/\s+/).map(Number);
  // without a daemon Docker prints zeros and still ends well
  if (!(cores! > 0 && bytes! > 0)) {
    throw new ClusterError(`${runtime} info tells no capacity (${answer.trim()}): is its service running?`);
  }
  return { cpuMillicores: 1000 * cores!, memoryBytes: bytes! };
}

/** What this machine has: the best guess where no runtime is asked. */
export function thisMachine(): HostCapacity {
  return { cpuMillicores: 1000 * cpus().length, memoryBytes: totalmem() };
}

/** A container of a kind cluster. */
export interface ContainerName {
  readonly id: string;
  readonly name: string;
}

/** Asks for the containers of a kind cluster, running or not. */
export function containersCommand(runtime: ContainerRuntime, cluster: string): ShellCommand {
  const filter = `label=io.x-k8s.kind.cluster=${cluster}`;
  return {
    program: runtime,
    args: ['ps', '--all', '--no-trunc', '--filter', filter, '--format', '{{.ID}} {{.Names}}'],
  };
}

/** Asks for the address of a container in IPv4; kind's have one network. */
export function addressCommand(runtime: ContainerRuntime, container: string): ShellCommand {
  return {
    program: runtime,
    args: ['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', container],
  };
}

/** The containers of a kind cluster, by name. */
export async function readContainers(
  runtime: ContainerRuntime,
  cluster: string,
  signal?: AbortSignal,
): Promise<ContainerName[]> {
  const lines = (await runCommand(containersCommand(runtime, cluster), signal)).split('\n').filter(Boolean);
  return lines
    .map((line) => {
      const [id, name] = line.split(' ');
      return { id: id!, name: name! };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
