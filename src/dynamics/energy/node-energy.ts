import { NS_PER_S, type Kernel } from '../../kernel/index.ts';
import type { Joules, Node, NodeId } from '../../model/index.ts';
import type { Compute, NodeUsage } from '../compute.ts';
import type { Bill, Bills } from './bills.ts';
import { ASLEEP, AWAKE, NodeSleep, WAKING } from './node-sleep.ts';
import { powerAt } from './power-curves/index.ts';
import { Supply } from './supply.ts';

/**
 * Energy that a node of linear power drew over the time of `usage`: power goes linearly from idle to peak with the share
 * of CPU in use, so the integral is exact; a node that is down draws nothing.
 */
export function linearEnergyJ(node: Pick<Node, 'power' | 'cpuMillicores'>, usage: NodeUsage): Joules {
  const { idleW, peakW } = node.power;
  const cpuShareNs = usage.usedMillicoreNs / node.cpuMillicores;
  return ((idleW * usage.upNs + (peakW - idleW) * cpuShareNs) / NS_PER_S) as Joules;
}

/** What a node drew from the start up to now, and where from. */
export interface NodeEnergyReading {
  readonly energyJ: number;
  /** What it would have drawn in the same time without load; of a node that sleeps, what it drew while nothing ran. */
  readonly idleJ: number;
  readonly mainsJ: number;
  readonly solarJ: number;
  readonly carbonG: number;
  readonly energyCost: number;
  /** Energy in its battery; undefined without one. */
  readonly batteryJ: number | undefined;
}

/** A node whose power is followed from change to change. */
interface Meter {
  powerW: number;
  sinceNs: number;
  energyJ: number;
  /** What of power and energy is not for what runs there. */
  idleW: number;
  idleJ: number;
  readonly supply: Supply | undefined;
}

/**
 * Energy of all nodes, exactly: power is constant between changes of the CPU in use. A node of linear power on the mains
 * costs nothing while it runs, since its energy follows from its use; any other is followed from change to change.
 */
export class NodeEnergy {
  readonly #kernel: Kernel;
  readonly #nodes: readonly Node[];
  readonly #compute: Compute;
  readonly #meters: (Meter | undefined)[];
  readonly #bills: (() => Bill)[];
  /** Undefined where no node ever sleeps. */
  readonly sleep: NodeSleep | undefined;

  /**
   * @param regions by node: the index of its region, if anything is known of it
   * @param setPowered an empty battery lets the node down, or is charged for its return
   * @param freeze a node sleeps, so that its cores stand still, or is awake again
   */
  constructor(
    kernel: Kernel,
    nodes: readonly Node[],
    compute: Compute,
    bills: Bills,
    regions: readonly (number | undefined)[],
    setPowered: (node: NodeId, powered: boolean) => void,
    freeze: (node: NodeId, frozen: boolean) => void,
  ) {
    this.#kernel = kernel;
    this.#nodes = nodes;
    this.#compute = compute;
    const events = {
      battery: kernel.on('energy.battery', (node) => this.#meters[node]!.supply!.batteryReached()),
      sun: kernel.on('energy.sun', (node) => this.#meters[node]!.supply!.sunStepped()),
      charger: kernel.on('energy.charger', (node) => this.#meters[node]!.supply!.chargerStepped()),
    };
    if (nodes.some(({ power }) => power.sleep !== undefined)) {
      this.sleep = new NodeSleep(kernel, nodes, (node) => this.#follow(node), freeze);
    }
    this.#meters = nodes.map(({ power, supply }, id) => {
      if (supply === undefined && power.curve === undefined && power.sleep === undefined) return undefined;
      compute.watch(id as NodeId, () => this.#follow(id as NodeId));
      const powered = (is: boolean): void => setPowered(id as NodeId, is);
      return {
        powerW: 0,
        sinceNs: 0,
        energyJ: 0,
        idleW: 0,
        idleJ: 0,
        supply: supply && new Supply(kernel, id, supply, events, powered),
      };
    });
    this.#bills = nodes.map((_, id) => bills.open(regions[id], () => this.#mainsJ(id as NodeId)));
    for (const id of nodes.keys()) if (this.#meters[id] !== undefined) this.#follow(id as NodeId);
  }

  /** What a node has drawn up to now. */
  read(node: NodeId): NodeEnergyReading {
    const meter = this.#meters[node];
    const energyJ = this.#energyJ(node);
    const { carbonG, cost } = this.#bills[node]!();
    const supply = meter?.supply;
    const batteryJ = supply?.chargeJ;
    return {
      energyJ,
      idleJ: this.#idleJ(node),
      mainsJ: supply?.totals.mainsJ ?? energyJ,
      solarJ: supply?.totals.solarJ ?? 0,
      carbonG,
      energyCost: cost,
      batteryJ,
    };
  }

  /** How often an empty battery has let a node down so far, over all nodes. */
  get depletions(): number {
    return this.#meters.reduce((sum, meter) => sum + (meter?.supply?.depletions ?? 0), 0);
  }

  #energyJ(node: NodeId): number {
    const meter = this.#meters[node];
    if (meter === undefined) return linearEnergyJ(this.#nodes[node]!, this.#compute.usage(node));
    this.#advance(meter);
    return meter.energyJ;
  }

  #idleJ(node: NodeId): number {
    const { power } = this.#nodes[node]!;
    // advanced when its energy was read
    if (power.sleep !== undefined) return this.#meters[node]!.idleJ;
    return (powerAt(power, 0) * this.#compute.usage(node).upNs) / NS_PER_S;
  }

  #mainsJ(node: NodeId): number {
    const supply = this.#meters[node]?.supply;
    if (supply === undefined) return this.#energyJ(node);
    supply.advance();
    return supply.totals.mainsJ;
  }

  #advance(meter: Meter): void {
    const now = this.#kernel.now;
    meter.energyJ += (meter.powerW * (now - meter.sinceNs)) / NS_PER_S;
    meter.idleJ += (meter.idleW * (now - meter.sinceNs)) / NS_PER_S;
    meter.sinceNs = now;
  }

  /** The CPU in use has changed, or the node went down or came back, or fell asleep, wakes or is awake. */
  #follow(node: NodeId): void {
    const meter = this.#meters[node]!;
    const { power, cpuMillicores } = this.#nodes[node]!;
    const usedMillicores = this.#compute.usedMillicores(node);
    const isUp = this.#compute.isUp(node);
    this.sleep?.follow(node, isUp, usedMillicores > 0);
    const state = this.sleep?.stateOf(node) ?? AWAKE;
    let idleW: number = powerAt(power, 0);
    if (!isUp) idleW = 0;
    else if (state === ASLEEP) idleW = power.sleep!.powerW;
    else if (state === WAKING) idleW += power.sleep!.wakingW;
    const powerW = isUp && state === AWAKE ? powerAt(power, usedMillicores / cpuMillicores) : idleW;
    if (powerW === meter.powerW && idleW === meter.idleW) return;
    this.#advance(meter);
    meter.idleW = idleW;
    meter.powerW = powerW;
    meter.supply?.setLoad(powerW);
  }
}
