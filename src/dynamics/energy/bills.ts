import type { HandlerId, Kernel } from '../../kernel/index.ts';
import type { Region } from '../../model/index.ts';
import { nextStepNs, valueAt } from './step-series.ts';

const J_PER_KWH = 3.6e6;

/** What energy from the mains came to, up to now. */
export interface Bill {
  readonly carbonG: number;
  /** In the scenario's currency. */
  readonly cost: number;
}

interface Account {
  readonly drawnJ: () => number;
  settledJ: number;
  carbonG: number;
  cost: number;
}

/**
 * Carbon and price of energy from the mains, integrated exactly: intensity and price are constant between their steps,
 * so all accounts of a region are settled at each step, and in between only when asked for.
 */
export class Bills {
  readonly #kernel: Kernel;
  readonly #regions: readonly Region[];
  readonly #accounts: Account[][];
  readonly #gPerKwh: number[];
  readonly #pricePerKwh: number[];
  readonly #step: HandlerId;

  constructor(kernel: Kernel, regions: readonly Region[]) {
    this.#kernel = kernel;
    this.#regions = regions;
    this.#accounts = regions.map(() => []);
    this.#gPerKwh = regions.map(({ carbonGPerKwh }) => valueAt(carbonGPerKwh, 0));
    this.#pricePerKwh = regions.map(({ pricePerKwh }) => valueAt(pricePerKwh, 0));
    this.#step = kernel.on('energy.tariff', (region) => this.#nextTariff(region));
    for (const region of regions.keys()) this.#schedule(region);
  }

  /**
   * Opens an account; the function returned tells what it has come to.
   * @param region index of the region; undefined where nothing is known of it, and then all is 0
   * @param drawnJ energy drawn from the mains up to now
   */
  open(region: number | undefined, drawnJ: () => number): () => Bill {
    const account: Account = { drawnJ, settledJ: 0, carbonG: 0, cost: 0 };
    if (region === undefined) return () => account;
    this.#accounts[region]!.push(account);
    return () => {
      this.#settle(region, account);
      return account;
    };
  }

  #settle(region: number, account: Account): void {
    const drawnJ = account.drawnJ();
    const kwh = (drawnJ - account.settledJ) / J_PER_KWH;
    account.settledJ = drawnJ;
    account.carbonG += kwh * this.#gPerKwh[region]!;
    account.cost += kwh * this.#pricePerKwh[region]!;
  }

  #nextTariff(region: number): void {
    for (const account of this.#accounts[region]!) this.#settle(region, account);
    const { carbonGPerKwh, pricePerKwh } = this.#regions[region]!;
    this.#gPerKwh[region] = valueAt(carbonGPerKwh, this.#kernel.now);
    this.#pricePerKwh[region] = valueAt(pricePerKwh, this.#kernel.now);
    this.#schedule(region);
  }

  #schedule(region: number): void {
    const { carbonGPerKwh, pricePerKwh } = this.#regions[region]!;
    const now = this.#kernel.now;
    const next = Math.min(nextStepNs(carbonGPerKwh, now), nextStepNs(pricePerKwh, now));
    if (next < Infinity) this.#kernel.at(next as typeof now, this.#step, region);
  }
}
