import type { Forecaster } from './forecaster.ts';

/** That it stays as it is: what every other forecaster has to better. */
export class LastValue implements Forecaster {
  #last: number | undefined;

  observe(value: number): void {
    this.#last = value;
  }

  forecast(): number | undefined {
    return this.#last;
  }
}
