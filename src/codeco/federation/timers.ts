import type { HandlerId, Kernel, Nanoseconds } from '../../kernel/index.ts';

/** What is to go on after a time, as events of one name. */
export class Timers {
  readonly #kernel: Kernel;
  readonly #resume: HandlerId;
  readonly #later = new Map<number, () => void>();
  #count = 0;

  constructor(kernel: Kernel, name: string) {
    this.#kernel = kernel;
    this.#resume = kernel.on(name, (slot) => {
      const resume = this.#later.get(slot)!;
      this.#later.delete(slot);
      resume();
    });
  }

  after(delayNs: number, resume: () => void): void {
    this.#later.set(this.#count, resume);
    this.#kernel.after(delayNs as Nanoseconds, this.#resume, this.#count++);
  }
}
