import { formatCount } from '../../format.ts';
import type { Subject } from '../replay/events.ts';
import type { Replay } from '../replay/replay.ts';
import { byId, element } from './element.ts';
import { appColor, type Theme } from './theme.ts';

const MOST_SHOWN = 60;

/** The pods without a node, on the map where no node can show them: a ring each, in the colour of its application. */
export class WaitingPanel {
  readonly #replay: Replay;
  readonly #choose: (subject: Subject) => void;
  #shown = '';

  constructor(replay: Replay, choose: (subject: Subject) => void) {
    this.#replay = replay;
    this.#choose = choose;
  }

  /** @param waiting indices of pods */
  show(waiting: readonly number[], theme: Theme): void {
    const shown = `${theme.paper} ${waiting.join()}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const box = byId('waiting');
    box.hidden = waiting.length === 0;
    if (box.hidden) return;
    const rings = waiting.slice(0, MOST_SHOWN).map((index) => {
      const { name, app } = this.#replay.pods[index]!;
      const ring = element('button', { type: 'button', title: name, 'aria-label': `pod ${name}, without a node` });
      ring.style.borderColor = appColor(theme, this.#replay.appIndex(app));
      ring.addEventListener('click', () => this.#choose({ kind: 'pod', name }));
      return ring;
    });
    const more = waiting.length - rings.length;
    box.replaceChildren(
      element('span', {}, `${formatCount(waiting.length)} ${waiting.length === 1 ? 'pod' : 'pods'} without a node`),
      element('div', {}, ...rings, more > 0 ? `and ${formatCount(more)} more` : undefined),
    );
  }
}
