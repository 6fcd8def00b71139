/** Simulated seconds in a second. */
const SPEEDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 86_400];
/** At the speed that a run begins with it takes about so many seconds to watch. */
const WATCHED_S = 60;

/** Where the replay is in the time of the run, and how fast it goes on. */
export class Player {
  readonly durationNs: number;
  timeNs = 0;
  isPlaying = false;
  #speed: number;
  readonly #changed: () => void;

  /** @param changed told when anything but the passing of time changes it */
  constructor(durationNs: number, changed: () => void) {
    this.durationNs = durationNs;
    this.#changed = changed;
    const wanted = durationNs / 1e9 / WATCHED_S;
    const at = SPEEDS.findIndex((speed) => speed >= wanted);
    this.#speed = at < 0 ? SPEEDS.length - 1 : at;
  }

  get speed(): number {
    return SPEEDS[this.#speed]!;
  }

  /** Plays or pauses; from the end it begins anew. */
  toggle(): void {
    if (!this.isPlaying && this.timeNs >= this.durationNs) this.timeNs = 0;
    this.isPlaying = !this.isPlaying;
    this.#changed();
  }

  faster(steps: number): void {
    this.#speed = Math.max(0, Math.min(SPEEDS.length - 1, this.#speed + steps));
    this.#changed();
  }

  seek(timeNs: number): void {
    this.timeNs = Math.max(0, Math.min(this.durationNs, timeNs));
    this.#changed();
  }

  /** Goes on by the time of the wall. */
  advance(elapsedMs: number): void {
    if (!this.isPlaying) return;
    // a page that was hidden does not leap
    this.timeNs += Math.min(elapsedMs, 250) * 1e6 * this.speed;
    if (this.timeNs < this.durationNs) return;
    this.timeNs = this.durationNs;
    this.isPlaying = false;
    this.#changed();
  }
}

/** A time of the run, `12:30.5` or `1:02:03`. */
export function clockOf(timeNs: number, durationNs: number): string {
  const seconds = timeNs / 1e9;
  const isLong = durationNs >= 3600e9;
  const digits = durationNs < 10e9 ? 3 : durationNs < 3600e9 ? 1 : 0;
  // cut, not rounded: 59.96 s is not yet a minute
  const cut = Math.floor(seconds * 10 ** digits + 1e-6) / 10 ** digits;
  const hours = Math.floor(cut / 3600);
  const minutes = Math.floor((cut % 3600) / 60);
  const rest = (cut % 60).toFixed(digits).padStart(digits === 0 ? 2 : 3 + digits, '0');
  return isLong ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}
