import {
  MAX_TIME_NS,
  NO_EVENT,
  NS_PER_S,
  type EventId,
  type HandlerId,
  type Kernel,
  type Nanoseconds,
} from '../../kernel/index.ts';
import type { EnergySupply, StepSeries } from '../../model/index.ts';
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

/** What happens to supplies, by node: battery events, steps of the sun and of the charger. */
export interface SupplyEvents {
  readonly battery: HandlerId;
  readonly sun: HandlerId;
  readonly charger: HandlerId;
}

/**
 * Battery, solar panel and mains of one node. Between events every power is constant, so the time at which the battery
 * is empty, full, or charged enough for the node to return is solved for; nothing ticks.
 *
 * Own design: the sun serves the node first and charges the battery with what is left, at most its charging power; what
 * the sun does not give comes from the charger while it has power, then from the battery, then from the mains. What the
 * charger has left charges the battery beside the sun, which comes first, at most with the charging power of both together. What it
 * takes it takes from the mains, whether the node hangs on them otherwise or not.
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
  /** Since `#sinceNs`: the sun's power, what of it and of the charger's the battery takes in, the mains', and how the charge changes. */
  #sunW = 0;
  #chargerW = 0;
  #sunIntakeW = 0;
  #gridIntakeW = 0;
  /** Since then: what neither sun nor charger give of the load. */
  #deficitW = 0;
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
    if (supply.chargerW !== undefined) this.#chargerW = valueAt(supply.chargerW, 0);
    this.#awaitStep(supply.solarW, events.sun);
    this.#awaitStep(supply.chargerW, events.charger);
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
    const intakeW = this.#sunIntakeW + this.#gridIntakeW;
    const usedW = Math.min(this.#sunW, this.#loadW) + this.#sunIntakeW;
    totals.mainsJ += this.#mainsW * seconds;
    totals.solarJ += usedW * seconds;
    totals.curtailedJ += (this.#sunW - usedW) * seconds;
    if (intakeW > 0) totals.lostJ += (intakeW - this.#chargeW) * seconds;
    if (this.#supply.battery === undefined) return;
    // an event comes up to a nanosecond late: the charge stays what a battery can hold
    this.#chargeJ = Math.min(Math.max(this.#chargeJ + this.#chargeW * seconds, 0), this.#supply.battery.capacityJ);
  }

  /** The sun's power changes. */
  sunStepped(): void {
    this.advance();
    this.#sunW = valueAt(this.#supply.solarW!, this.#kernel.now);
    this.#awaitStep(this.#supply.solarW, this.#events.sun);
    this.#balance();
  }

  /** The charger's power changes. */
  chargerStepped(): void {
    this.advance();
    this.#chargerW = valueAt(this.#supply.chargerW!, this.#kernel.now);
    this.#awaitStep(this.#supply.chargerW, this.#events.charger);
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
    } else if (!mains && !this.#isDepleted && this.#chargeJ === 0 && this.#deficitW > 0) {
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
    const bridgedW = Math.min(Math.max(-surplusW, 0), this.#chargerW);
    this.#deficitW = Math.max(-surplusW, 0) - bridgedW;
    const takes = battery !== undefined && this.#chargeJ < battery.capacityJ;
    const gives = this.#deficitW > 0 && this.#chargeJ > 0;
    this.#sunIntakeW = takes ? Math.min(Math.max(surplusW, 0), battery.maxChargeW) : 0;
    this.#gridIntakeW = takes ? Math.min(this.#chargerW - bridgedW, battery.maxChargeW - this.#sunIntakeW) : 0;
    const intakeW = this.#sunIntakeW + this.#gridIntakeW;
    this.#chargeW = gives ? -this.#deficitW : intakeW > 0 ? intakeW * battery!.efficiency : 0;
    this.#mainsW = bridgedW + this.#gridIntakeW + (!gives && mains ? this.#deficitW : 0);
    this.#kernel.cancel(this.#event);
    this.#event = NO_EVENT;
    if (battery === undefined) return;
    if (this.#chargeW > 0) {
      const awaitsReturn = this.#isDepleted && this.#chargeJ < battery.returnJ;
      this.#await(awaitsReturn ? battery.returnJ : battery.capacityJ);
    } else if (gives || (this.#deficitW > 0 && !mains && !this.#isDepleted)) this.#await(0);
  }

  #await(targetJ: number): void {
    this.#targetJ = targetJ;
    const differenceJ = targetJ - this.#chargeJ;
    const delayNs = differenceJ === 0 ? 0 : Math.ceil((differenceJ * NS_PER_S) / this.#chargeW);
    const at = this.#kernel.now + delayNs;
    if (at <= MAX_TIME_NS) this.#event = this.#kernel.at(at as Nanoseconds, this.#events.battery, this.#node);
  }

  #awaitStep(series: StepSeries | undefined, event: HandlerId): void {
    if (series === undefined) return;
    const next = nextStepNs(series, this.#kernel.now);
    if (next <= MAX_TIME_NS) this.#kernel.at(next, event, this.#node);
  }
}
