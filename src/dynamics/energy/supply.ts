import {
  MAX_TIME_NS,
  NO_EVENT,
  NS_PER_S,
  type EventId,
  type HandlerId,
  type Kernel,
  type Nanoseconds,
} from '../../kernel/index.ts';
import type { EnergySupply } from '../../model/index.ts';
import { nextStepNs, valueAt } from './step-series.ts';

/** Energy of a supply from the start up to now, J. */
export interface SupplyTotals {
  /** Taken from the mains. */
  mainsJ: number;
  /** Given by the sun and used: by the node or by the battery. */
  solarJ: number;
  /** The sun would have given more, but nobody could take it. */
  curtailedJ: number;
  /** Lost in charging. */
  lostJ: number;
}

/** What happens to supplies, by node: battery events and steps of the sun. */
export interface SupplyEvents {
  readonly battery: HandlerId;
  readonly sun: HandlerId;
}

/**
 * Battery, solar panel and mains of one node. Between events every power is constant, so the time at which the battery
 * is empty, full, or charged enough for the node to return is solved for; nothing ticks.
 *
 * Own design: the sun serves the node first and charges the battery with what is left, at most its charging power; what
 * the sun does not give comes from the battery, then from the mains. The battery is charged by the sun alone.
 */
export class Supply {
  readonly totals: SupplyTotals = { mainsJ: 0, solarJ: 0, curtailedJ: 0, lostJ: 0 };
  /** How often the battery was empty and the node went down. */
  depletions = 0;
  readonly #kernel: Kernel;
  readonly #node: number;
  readonly #supply: EnergySupply;
  readonly #events: SupplyEvents;
  readonly #setPowered: (powered: boolean) => void;
  #loadW = 0;
  #chargeJ: number;
  #sinceNs = 0;
  /** Since `#sinceNs`: the sun's power, what of it the battery takes in, the mains', and how the charge changes. */
  #sunW = 0;
  #intakeW = 0;
  #mainsW = 0;
  #chargeW = 0;
  #isDepleted = false;
  #event: EventId = NO_EVENT;
  /** The charge that the event is about. */
  #targetJ = 0;

  /** @param setPowered called in an event when the battery lets the node down, and when it is charged for its return */
  constructor(
    kernel: Kernel,
    node: number,
    supply: EnergySupply,
    events: SupplyEvents,
    setPowered: (powered: boolean) => void,
  ) {
    this.#kernel = kernel;
    this.#node = node;
    this.#supply = supply;
    this.#events = events;
    this.#setPowered = setPowered;
    this.#chargeJ = supply.battery?.initialJ ?? 0;
    if (supply.solarW !== undefined) this.#sunW = valueAt(supply.solarW, 0);
    this.#awaitSun();
    this.#balance();
  }

  /** Energy in the battery now; undefined without one. */
  get chargeJ(): number | undefined {
    this.advance();
    return this.#supply.battery && this.#chargeJ;
  }

  /** The node draws this from now on. */
  setLoad(loadW: number): void {
    if (loadW === this.#loadW) return;
    this.advance();
    this.#loadW = loadW;
    this.#balance();
  }

  /** Accounts for the time up to now. */
  advance(): void {
    const now = this.#kernel.now;
    if (now === this.#sinceNs) return;
    const seconds = (now - this.#sinceNs) / NS_PER_S;
    this.#sinceNs = now;
    const { totals } = this;
    const usedW = Math.min(this.#sunW, this.#loadW) + this.#intakeW;
    totals.mainsJ += this.#mainsW * seconds;
    totals.solarJ += usedW * seconds;
    totals.curtailedJ += (this.#sunW - usedW) * seconds;
    if (this.#intakeW > 0) totals.lostJ += (this.#intakeW - this.#chargeW) * seconds;
    if (this.#supply.battery === undefined) return;
    // an event comes up to a nanosecond late: the charge stays what a battery can hold
    this.#chargeJ = Math.min(Math.max(this.#chargeJ + this.#chargeW * seconds, 0), this.#supply.battery.capacityJ);
  }

  /** The sun's power changes. */
  sunStepped(): void {
    this.advance();
    this.#sunW = valueAt(this.#supply.solarW!, this.#kernel.now);
    this.#awaitSun();
    this.#balance();
  }

  /** The battery has reached the charge that was solved for. */
  batteryReached(): void {
    this.#event = NO_EVENT;
    this.advance();
    this.#chargeJ = this.#targetJ;
    const { mains, battery } = this.#supply;
    if (this.#isDepleted && this.#chargeJ >= battery!.returnJ) {
      this.#isDepleted = false;
      this.#balance();
      this.#setPowered(true);
    } else if (!mains && !this.#isDepleted && this.#chargeJ === 0 && this.#loadW > this.#sunW) {
      this.#isDepleted = true;
      this.depletions++;
      this.#setPowered(false);
      this.#balance();
    } else this.#balance();
  }

  /** Works out who gives and takes what from now on, and when that changes by itself. */
  #balance(): void {
    const { battery, mains } = this.#supply;
    const surplusW = this.#sunW - this.#loadW;
    const takes = battery !== undefined && surplusW > 0 && this.#chargeJ < battery.capacityJ;
    const gives = surplusW < 0 && this.#chargeJ > 0;
    this.#intakeW = takes ? Math.min(surplusW, battery.maxChargeW) : 0;
    this.#chargeW = takes ? this.#intakeW * battery.efficiency : gives ? surplusW : 0;
    this.#mainsW = surplusW < 0 && !gives && mains ? -surplusW : 0;
    this.#kernel.cancel(this.#event);
    this.#event = NO_EVENT;
    if (battery === undefined) return;
    if (this.#chargeW > 0) {
      const awaitsReturn = this.#isDepleted && this.#chargeJ < battery.returnJ;
      this.#await(awaitsReturn ? battery.returnJ : battery.capacityJ);
    } else if (gives || (surplusW < 0 && !mains && !this.#isDepleted)) this.#await(0);
  }

  #await(targetJ: number): void {
    this.#targetJ = targetJ;
    const differenceJ = targetJ - this.#chargeJ;
    const delayNs = differenceJ === 0 ? 0 : Math.ceil((differenceJ * NS_PER_S) / this.#chargeW);
    const at = this.#kernel.now + delayNs;
    if (at <= MAX_TIME_NS) this.#event = this.#kernel.at(at as Nanoseconds, this.#events.battery, this.#node);
  }

  #awaitSun(): void {
    if (this.#supply.solarW === undefined) return;
    const next = nextStepNs(this.#supply.solarW, this.#kernel.now);
    if (next <= MAX_TIME_NS) this.#kernel.at(next, this.#events.sun, this.#node);
  }
}
