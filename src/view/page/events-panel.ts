import type { ReplayEvent } from '../replay/events.ts';
import { element } from './element.ts';
import { clockOf } from './player.ts';

/** Events that a list shows around the present. */
const BEFORE = 60;
const AFTER = 4;

/** What a list of events tells who listens. */
export interface EventChoice {
  (event: ReplayEvent): void;
}

/** A list of events from the later to the earlier: a few that are to come, a mark at the present, those before it. */
export class EventList {
  readonly #events: readonly ReplayEvent[];
  readonly #durationNs: number;
  readonly #choose: EventChoice;
  readonly box: HTMLElement = element('div');
  #shown = -1;

  constructor(events: readonly ReplayEvent[], durationNs: number, choose: EventChoice) {
    this.#events = events;
    this.#durationNs = durationNs;
    this.#choose = choose;
  }

  /** @param next index of the first event that is to come */
  show(next: number, timeNs: number): void {
    const mark = this.box.querySelector('.now-mark');
    if (this.#shown === next && mark !== null) {
      mark.firstChild!.textContent = clockOf(timeNs, this.#durationNs);
      return;
    }
    this.#shown = next;
    const events = this.#events;
    if (events.length === 0) {
      this.box.replaceChildren(element('p', { class: 'quiet' }, 'Nothing happened.'));
      return;
    }
    const past = events.slice(Math.max(0, next - BEFORE), next).toReversed();
    const coming = events.slice(next, next + AFTER).toReversed();
    this.box.replaceChildren(
      ...(next + AFTER < events.length
        ? [element('p', { class: 'quiet' }, `… ${events.length - next - AFTER} more to come`)]
        : []),
      ...coming.map((event) => this.#row(event, 'coming')),
      element('div', { class: 'now-mark' }, clockOf(timeNs, this.#durationNs)),
      ...past.map((event) => this.#row(event, 'past')),
      ...(next > BEFORE ? [element('p', { class: 'quiet' }, `… ${next - BEFORE} more before`)] : []),
    );
  }

  #row(event: ReplayEvent, when: 'past' | 'coming'): HTMLElement {
    const row = element(
      'button',
      { type: 'button', class: `row ${event.tone} ${when}` },
      element('span', { class: 'when' }, clockOf(event.timeNs, this.#durationNs)),
      element('span', { class: 'what' }, event.text),
    );
    row.addEventListener('click', () => this.#choose(event));
    return row;
  }
}
