/** Foretells one series of numbers from what it has been told of it, a sample at a time. */
export interface Forecaster {
  /** The next sample. */
  observe(value: number): void;
  /** What the sample at its horizon will be, counted from the last one observed; undefined while it cannot say. */
  forecast(): number | undefined;
}
