import { byId } from './element.ts';

const names = ['events', 'things', 'details'] as const;
export type Tab = (typeof names)[number];

/** The tabs of the side, by mouse and by arrow keys. */
export class Tabs {
  current: Tab = 'events';
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
    for (const [i, name] of names.entries()) {
      const tab = byId(`tab-${name}`);
      tab.addEventListener('click', () => this.show(name));
      tab.addEventListener('keydown', (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        const next = names[(i + step + names.length) % names.length]!;
        this.show(next);
        byId(`tab-${next}`).focus();
      });
    }
  }

  show(tab: Tab): void {
    this.current = tab;
    for (const name of names) {
      const isShown = name === tab;
      byId(`tab-${name}`).setAttribute('aria-selected', String(isShown));
      byId(`tab-${name}`).tabIndex = isShown ? 0 : -1;
      byId(`panel-${name}`).hidden = !isShown;
    }
    this.#changed();
  }
}
