import { formatCount } from '../../format.ts';
import type { ReplayEvent, Subject } from '../replay/events.ts';
import type { Replay } from '../replay/replay.ts';
import { Details } from './details.ts';
import { byId, element } from './element.ts';
import { EventList } from './events-panel.ts';
import { listenToKeys } from './keys.ts';
import { load } from './load.ts';
import { RunMap } from './map.ts';
import { clockOf, Player } from './player.ts';
import { Tabs } from './tabs.ts';
import { appColor, themeButton } from './theme.ts';
import { thingsPanel } from './things-panel.ts';
import { drawTimeline } from './timeline.ts';
import { WaitingPanel } from './waiting-panel.ts';

/** How often the text beside the map follows the time while it plays. */
const TEXT_EVERY_MS = 200;
/** Frames whose time is kept. */
const KEPT_FRAMES = 600;
const MOST_APPS = 12;
const SCRUB_STEPS = 1000;

/** What scripts that test or measure the page may see and do. */
export interface ReplayHandle {
  readonly replay: Replay;
  readonly player: Player;
  readonly map: RunMap;
  /** Milliseconds of JavaScript of the last frames. */
  readonly frameMs: number[];
  readonly choose: (subject: Subject | undefined) => void;
}

declare global {
  interface Window {
    codecoReplay?: ReplayHandle;
  }
}

/** The page: what ties the map, the time and the panels together. */
class Page {
  readonly #replay: Replay;
  readonly #player: Player;
  readonly #map: RunMap;
  readonly #tabs: Tabs;
  readonly #events: EventList;
  readonly #waiting: WaitingPanel;
  readonly #frameMs: number[] = [];
  #details: Details | undefined;
  #lastFrameMs = 0;
  #lastTextMs = -Infinity;
  #saidEvent = 0;

  constructor(replay: Replay) {
    this.#replay = replay;
    this.#player = new Player(replay.scene.durationNs, () => this.#changed());
    this.#map = new RunMap(replay, byId('map'), (subject) => this.choose(subject));
    this.#tabs = new Tabs(() => this.#showText());
    this.#events = new EventList(replay.events, replay.scene.durationNs, (event) => this.#goTo(event));
    byId('panel-events').append(this.#events.box);
    this.#waiting = new WaitingPanel(replay, (subject) => this.choose(subject));
    thingsPanel(replay, (subject) => this.choose(subject));
    const { description, remarks } = replay.scene;
    byId('description').textContent = description ?? '';
    byId('description').title = description ?? '';
    this.#fillLegend(remarks);
    themeButton(byId<HTMLButtonElement>('theme'), () => {
      this.#map.themeChanged();
      this.#fillLegend(remarks);
      this.#drawTimeline();
      this.#showText();
    });
    this.#listen();
    new ResizeObserver(() => this.#drawTimeline()).observe(byId('line'));
    byId('message').textContent = '';
    this.#changed();
    window.codecoReplay = {
      replay,
      player: this.#player,
      map: this.#map,
      frameMs: this.#frameMs,
      choose: (subject) => this.choose(subject),
    };
    requestAnimationFrame((now) => this.#frame(now));
  }

  /** Shows the details of a subject, and marks it on the map. */
  choose(subject: Subject | undefined): void {
    this.#map.chosen = subject;
    if (subject === undefined) {
      this.#details = undefined;
      byId('panel-details').replaceChildren(
        element('p', { class: 'quiet' }, 'Nothing is chosen: click on the map, or choose from Things.'),
      );
      return;
    }
    this.#details = new Details(subject, {
      replay: this.#replay,
      choose: (other) => this.choose(other),
      chooseEvent: (event) => this.#goTo(event),
    });
    byId('panel-details').replaceChildren(this.#details.box);
    byId('panel-details').scrollTop = 0;
    const [place] = this.#replay.placesOf(subject, this.#player.timeNs);
    if (place !== undefined) this.#map.camera.show(place.x, place.y);
    this.#tabs.show('details');
  }

  #frame(now: number): void {
    const begun = performance.now();
    this.#player.advance(this.#lastFrameMs === 0 ? 0 : now - this.#lastFrameMs);
    this.#lastFrameMs = now;
    this.#map.draw(this.#player.timeNs, this.#player.speed, now);
    if (this.#player.isPlaying && now - this.#lastTextMs > TEXT_EVERY_MS) {
      this.#lastTextMs = now;
      this.#showText();
      this.#sayLandmarks();
    }
    this.#frameMs.push(performance.now() - begun);
    if (this.#frameMs.length > KEPT_FRAMES) this.#frameMs.shift();
    requestAnimationFrame((next) => this.#frame(next));
  }

  /** Follows a change that is not the passing of time. */
  #changed(): void {
    const { isPlaying, speed, timeNs } = this.#player;
    const play = byId('play');
    play.classList.toggle('playing', isPlaying);
    play.setAttribute('aria-label', isPlaying ? 'pause' : 'play');
    byId('speed').textContent = speed >= 86_400 ? '1 day/s' : `× ${formatCount(speed)}`;
    this.#saidEvent = this.#replay.eventAfter(timeNs);
    this.#showText();
    if (!isPlaying) this.#say(this.#sentence());
  }

  #showText(): void {
    const { timeNs, durationNs } = this.#player;
    byId('time').textContent = `${clockOf(timeNs, durationNs)} / ${clockOf(durationNs, durationNs)}`;
    const scrub = byId<HTMLInputElement>('scrub');
    scrub.value = String(Math.round((timeNs / durationNs) * SCRUB_STEPS));
    scrub.setAttribute('aria-valuetext', clockOf(timeNs, durationNs));
    const facts = this.#facts();
    byId('facts').replaceChildren(
      ...facts
        .filter(({ isDrawn }) => isDrawn !== true)
        .map(({ text, isBad }) => element('div', isBad ? { class: 'bad' } : {}, text)),
    );
    this.#waiting.show(this.#replay.at(timeNs).waiting, this.#map.theme);
    if (this.#tabs.current === 'events') this.#events.show(this.#replay.eventAfter(timeNs), timeNs);
    if (this.#tabs.current === 'details') this.#details?.show(timeNs, this.#map.theme);
  }

  /** What holds now, in words. */
  #facts(): { readonly text: string; readonly isBad: boolean; readonly isDrawn?: boolean }[] {
    const { scene, pods } = this.#replay;
    const { timeNs } = this.#player;
    const { network, podsOf, waiting } = this.#replay.at(timeNs);
    const there = podsOf.flat();
    const starting = there.filter((pod) => !(pods[pod]!.readyNs <= timeNs)).length;
    const down = network.nodeDown.reduce((sum, flag) => sum + flag, 0);
    const cutOff = scene.clusters.filter(({ gateway }) => network.island[gateway]! > 0).length;
    return [
      {
        text: `${formatCount(there.length)} pods${starting > 0 ? `, ${formatCount(starting)} of them starting` : ''}`,
        isBad: false,
      },
      ...(waiting.length > 0
        ? [{ text: `${formatCount(waiting.length)} pods without a node`, isBad: true, isDrawn: true }]
        : []),
      ...(down > 0
        ? [{ text: `${formatCount(down)} of ${formatCount(scene.nodes.length)} nodes down`, isBad: true }]
        : []),
      ...(cutOff > 0
        ? [{ text: `${formatCount(cutOff)} of ${formatCount(scene.clusters.length)} clusters cut off`, isBad: true }]
        : []),
    ];
  }

  #sentence(): string {
    const { timeNs, durationNs } = this.#player;
    return `${clockOf(timeNs, durationNs)}: ${this.#facts()
      .map(({ text }) => text)
      .join('; ')}`;
  }

  #say(text: string): void {
    byId('state').textContent = text;
  }

  /** Says what changed the world while it plays. */
  #sayLandmarks(): void {
    const { events } = this.#replay;
    const next = this.#replay.eventAfter(this.#player.timeNs);
    const news = events.slice(this.#saidEvent, next).filter(({ isLandmark }) => isLandmark);
    this.#saidEvent = next;
    if (news.length > 0) {
      const more = news.length > 2 ? ` and ${news.length - 2} more events` : '';
      this.#say(
        `${clockOf(news[0]!.timeNs, this.#player.durationNs)}: ${news
          .slice(0, 2)
          .map(({ text }) => text)
          .join('; ')}${more}`,
      );
    }
  }

  #goTo({ timeNs, about }: ReplayEvent): void {
    this.#player.isPlaying = false;
    this.#player.seek(timeNs);
    const subject = about[0];
    if (subject !== undefined && this.#tabs.current === 'events') {
      this.#map.chosen = subject;
      const [place] = this.#replay.placesOf(subject, timeNs);
      if (place !== undefined) this.#map.camera.show(place.x, place.y);
    }
  }

  #step(direction: 1 | -1): void {
    const { events } = this.#replay;
    const { timeNs } = this.#player;
    const event =
      direction > 0
        ? events[this.#replay.eventAfter(timeNs)]
        : events.findLast((candidate) => candidate.timeNs < timeNs);
    if (event !== undefined) this.#goTo(event);
  }

  #drawTimeline(): void {
    drawTimeline(byId<HTMLCanvasElement>('timeline'), this.#replay, this.#map.theme);
  }

  #fillLegend(remarks: readonly string[]): void {
    const { apps } = this.#replay.scene;
    const box = byId('apps');
    box.replaceChildren(
      ...apps.slice(0, MOST_APPS).map((name, app) => {
        const dot = element('span', { class: 'swatch' });
        dot.style.background = appColor(this.#map.theme, app);
        dot.style.borderRadius = '7px';
        dot.style.width = '14px';
        return element('div', {}, dot, name);
      }),
      ...(apps.length > MOST_APPS
        ? [element('div', { class: 'quiet' }, `and ${apps.length - MOST_APPS} more, their colours come again`)]
        : []),
      ...remarks.map((remark) => element('p', { class: 'quiet' }, remark)),
      element(
        'p',
        { class: 'quiet' },
        'A request is drawn slower than it was, and along the way of the lowest latency.',
      ),
    );
  }

  #listen(): void {
    const player = this.#player;
    const { camera } = this.#map;
    const press = (id: string, action: () => void): void => byId(id).addEventListener('click', action);
    press('play', () => player.toggle());
    press('before', () => this.#step(-1));
    press('after', () => this.#step(1));
    press('slower', () => player.faster(-1));
    press('faster', () => player.faster(1));
    press('nearer', () => camera.zoom(1.4));
    press('farther', () => camera.zoom(1 / 1.4));
    press('all', () => camera.fit());
    const scrub = byId<HTMLInputElement>('scrub');
    scrub.addEventListener('input', () => player.seek((Number(scrub.value) / SCRUB_STEPS) * player.durationNs));
    const move = (dx: number, dy: number, direction: -1 | 0 | 1) => (event: KeyboardEvent) => {
      if (event.shiftKey) camera.pan(dx, dy);
      else if (direction !== 0)
        player.seek(player.timeNs + direction * Math.max(1e9 * player.speed, player.durationNs / 500));
    };
    listenToKeys({
      ' ': () => player.toggle(),
      ArrowLeft: move(40, 0, -1),
      ArrowRight: move(-40, 0, 1),
      ArrowUp: move(0, 40, 0),
      ArrowDown: move(0, -40, 0),
      Home: () => player.seek(0),
      End: () => player.seek(player.durationNs),
      '[': () => this.#step(-1),
      ']': () => this.#step(1),
      '+': () => player.faster(1),
      '=': () => player.faster(1),
      '-': () => player.faster(-1),
      z: () => camera.zoom(1.4),
      x: () => camera.zoom(1 / 1.4),
      '0': () => camera.fit(),
      '/': () => {
        this.#tabs.show('things');
        byId('search').focus();
      },
      Escape: () => {
        this.choose(undefined);
        byId('map').focus();
      },
    });
  }
}

try {
  const replay = await load();
  new Page(replay);
} catch (error) {
  byId('message').textContent = error instanceof Error ? error.message : String(error);
  throw error;
}
