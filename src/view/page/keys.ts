/** What keys do, by the value of `KeyboardEvent.key`. */
export type KeyActions = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Listens to the keyboard of the whole page, but for what is typed into a field, and buttons that are pressed by a key. */
export function listenToKeys(actions: KeyActions): void {
  addEventListener('keydown', (event) => {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = target instanceof HTMLInputElement && target.type === 'search';
    if (isTyping && event.key !== 'Escape') return;
    const isPressing = target instanceof HTMLElement && target.closest('button, summary, a') !== null;
    if (isPressing && (event.key === ' ' || event.key === 'Enter')) return;
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action(event);
  });
}
