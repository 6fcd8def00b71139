import type { PathConditions } from '../dynamics/index.ts';
import type { ShellCommand } from './shell-command.ts';

/** How the network between the nodes of a cluster is made like the simulated one. */
export const shapers = {
  tc: "tc in each node's container: a htb class for each destination, with netem for delay, jitter and loss",
  'tc-rate': 'the same with rates alone, for kernels without netem; what is cut off is still dropped',
  none: 'not at all',
} as const;
export type ShaperName = keyof typeof shapers;

/** What a destination is known by: addresses or ranges in CIDR form, or words that stand for them until they are known. */
export interface Destination {
  readonly name: string;
  readonly addresses: readonly string[];
}

/** What a node's way to a destination is to be like; undefined: nothing comes through. */
export interface ShapedWay {
  /** Number of the destination, from 0: it has the same class as long as the node runs. */
  readonly index: number;
  readonly destination: Destination;
  readonly conditions: PathConditions | undefined;
}

export interface ShapingOptions {
  readonly shaper: Exclude<ShaperName, 'none'>;
  /** Seed of netem's draws, which kernels from 6.6 take; each class has one of its own, from this on. */
  readonly seed?: number;
  /** Interface that the nodes talk to each other by. */
  readonly device?: string;
}

/** Lowest class of a destination; 1:1 is the class of all else. */
const FIRST_CLASS = 0x10;
/** Bytes that a class may send in its turn: at least a packet; htb's own default is too much for fast classes, and warns of it. */
const QUANTUM_BYTES = 60_000;
/** Of what is not shaped. */
const UNSHAPED = '100gbit';
/** netem's own default, and the size of a full packet that the queue is reckoned in. */
const LEAST_PACKETS = 1000;
const PACKET_BYTES = 1500;

/**
 * Commands of `tc -batch` that shape a node's ways. Each destination has a htb class that holds it to the path's lowest
 * bandwidth, and in it a netem that adds the path's delay and loses its share; filters send what goes to the destination's addresses there. All
 * else, such as what the host asks, is as it was. Own design.
 *
 * Jitter, which the simulation draws from exponential distributions, becomes netem's normal distribution of the same mean
 * and standard deviation. The queue has room for twice what is under way at the full rate, so that delay alone loses nothing. Ways that share
 * a link do not share its bandwidth.
 * Sources: tc-htb(8), tc-netem(8), tc-u32(8).
 * @param isNew whether the node has no classes yet, so that these are made and not changed
 */
export function shapingLines(ways: readonly ShapedWay[], isNew: boolean, options: ShapingOptions): string[] {
  const { device = 'eth0' } = options;
  const verb = isNew ? 'add' : 'change';
  const lines = isNew
    ? [
        `qdisc add dev ${device} root handle 1: htb default 1`,
        `class add dev ${device} parent 1: classid 1:1 htb rate ${UNSHAPED} quantum ${QUANTUM_BYTES}`,
      ]
    : [];
  for (const { index, destination, conditions } of ways) {
    const number = (FIRST_CLASS + index).toString(16);
    // without bandwidth nothing gets through, and htb has no rate of 0
    const rateBps = Math.floor(conditions?.bandwidthBps ?? 0);
    const isCut = rateBps < 8;
    const rate = isCut || rateBps === Infinity ? UNSHAPED : `${rateBps}bit`;
    const passing = isCut ? undefined : conditions;
    lines.push(`class ${verb} dev ${device} parent 1: classid 1:${number} htb rate ${rate} quantum ${QUANTUM_BYTES}`);
    const leaf =
      options.shaper === 'tc'
        ? netem(passing, options.seed, index)
        : `pfifo limit ${passing === undefined ? 0 : LEAST_PACKETS}`;
    lines.push(`qdisc ${verb} dev ${device} parent 1:${number} handle ${number}: ${leaf}`);
    if (!isNew) continue;
    for (const address of destination.addresses) {
      lines.push(
        `filter add dev ${device} parent 1: protocol ip prio 1 u32 match ip dst ${address} flowid 1:${number}`,
      );
    }
  }
  return lines;
}

/** Lines that put other filters in the place of those that a node's shaping began with. Source: tc(8), filter del. */
export const readdressLines = (filters: readonly string[], device = 'eth0'): string[] => [
  `filter del dev ${device} parent 1: protocol ip prio 1`,
  ...filters,
];

function netem(conditions: PathConditions | undefined, seed: number | undefined, index: number): string {
  const seeded = seed === undefined ? '' : ` seed ${seed + index}`;
  if (conditions === undefined) return `netem limit ${LEAST_PACKETS} loss random 100%${seeded}`;
  const { latencyNs, jitterNs, jitterVarianceNs2, loss, bandwidthBps } = conditions;
  const delayNs = latencyNs + jitterNs;
  const underWay =
    bandwidthBps === Infinity ? LEAST_PACKETS : Math.ceil((2 * delayNs * bandwidthBps) / (8e9 * PACKET_BYTES));
  const delay = `delay ${microseconds(delayNs)}`;
  const jitter = jitterNs > 0 ? ` ${microseconds(Math.sqrt(jitterVarianceNs2))} distribution normal` : '';
  const lost = loss > 0 ? ` loss random ${percent(loss)}` : '';
  return `netem limit ${Math.max(LEAST_PACKETS, underWay)} ${delay}${jitter}${lost}${seeded}`;
}

const microseconds = (ns: number): string => `${Math.round(ns / 1000)}us`;
/** Six digits after the point are finer than what netem's 32 bits can tell. */
const percent = (share: number): string => `${Number((100 * share).toFixed(6))}%`;

/** Gives tc's commands to a node's container. What it had before is taken away where the node is shaped anew. */
export function shapeCommand(
  runtime: string,
  container: string,
  lines: readonly string[],
  isNew: boolean,
  device = 'eth0',
): ShellCommand {
  const script = isNew ? `tc qdisc del dev ${device} root 2>/dev/null; exec tc -batch -` : 'exec tc -batch -';
  return {
    program: runtime,
    args: ['exec', '--interactive', container, 'sh', '-c', script],
    stdin: `${lines.join('\n')}\n`,
  };
}

/** Takes a node's shaping away. */
export const unshapeCommand = (runtime: string, container: string, device = 'eth0'): ShellCommand => ({
  program: runtime,
  args: ['exec', container, 'tc', 'qdisc', 'del', 'dev', device, 'root'],
});
