import { formatDuration } from '../format.ts';
import type { Io } from './io.ts';

const REDRAW_MS = 250;

/** A progress line on stderr: written over on a terminal, one plain line each tenth elsewhere; nothing when quiet. */
export class Progress {
  readonly #io: Io;
  readonly #label: string;
  readonly #quiet: boolean;
  readonly #startedMs: number;
  #drawnMs = 0;
  #tenths = 0;

  constructor(io: Io, label: string, quiet: boolean) {
    this.#io = io;
    this.#label = label;
    this.#quiet = quiet;
    this.#startedMs = io.now();
  }

  /**
   * @param fraction how much is done, 0 to 1
   * @param state in place of the time that is left, where that is not known from the fraction
   */
  update(fraction: number, state?: string): void {
    if (this.#quiet) return;
    const nowMs = this.#io.now();
    const elapsedMs = nowMs - this.#startedMs;
    const left = fraction > 0 ? `  ${formatDuration(((elapsedMs * (1 - fraction)) / fraction) * 1e6)} left` : '';
    const rest = state === undefined ? (fraction < 1 ? left : '') : `  ${state}`;
    const line = `${this.#label}  ${Math.floor(fraction * 100)} %${rest}`;
    if (this.#io.errIsTerminal) {
      if (nowMs - this.#drawnMs < REDRAW_MS && fraction < 1) return;
      this.#drawnMs = nowMs;
      this.#io.err(`\r\u001b[K${line}`);
    } else if (Math.floor(fraction * 10) > this.#tenths) {
      this.#tenths = Math.floor(fraction * 10);
      this.#io.err(`${line}\n`);
    }
  }

  /** Says something that stays, above the line. */
  say(text: string): void {
    this.done();
    this.#io.err(`${text}\n`);
  }

  /** Takes the line away. */
  done(): void {
    if (!this.#quiet && this.#io.errIsTerminal) this.#io.err('\r\u001b[K');
  }
}
