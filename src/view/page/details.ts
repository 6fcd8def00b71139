import { formatBytes, formatCount, formatDuration, formatShare } from '../../format.ts';
import { nameAt } from '../replay/columns.ts';
import type { ReplayEvent, Subject } from '../replay/events.ts';
import { phaseOf } from '../replay/pods.ts';
import type { Replay } from '../replay/replay.ts';
import { hasFailed } from '../replay/requests.ts';
import { element, factList } from './element.ts';
import { EventList, type EventChoice } from './events-panel.ts';
import { clockOf } from './player.ts';
import { drawSparkline } from './sparkline.ts';
import type { Theme } from './theme.ts';
import { decisionsOn } from './why.ts';

/** Things that are named one by one in a list. */
const MOST_CHIPS = 40;
const MOST_HISTORY = 60;

/** What the details need of the page. */
export interface DetailsContext {
  readonly replay: Replay;
  readonly choose: (subject: Subject) => void;
  readonly chooseEvent: EventChoice;
}

/** All that is known of one subject: what it is, how it is now, what happened to it, and why. */
export class Details {
  readonly box: HTMLElement = element('div');
  readonly #context: DetailsContext;
  readonly #subject: Subject;
  readonly #facts: HTMLElement = element('div');
  readonly #spark: HTMLCanvasElement | undefined;
  readonly #history: EventList;
  readonly #times: readonly number[];

  constructor(subject: Subject, context: DetailsContext) {
    this.#subject = subject;
    this.#context = context;
    const { replay } = context;
    const events = [...replay.historyOf(subject).map((i) => replay.events[i]!), ...attachmentsOf(subject, replay)].sort(
      (a, b) => a.timeNs - b.timeNs,
    );
    this.#times = events.map(({ timeNs }) => timeNs);
    this.#history = new EventList(events, replay.scene.durationNs, context.chooseEvent);
    const hasUse = (subject.kind === 'node' && replay.nodeUse) || (subject.kind === 'link' && replay.linkUse);
    this.#spark = hasUse
      ? element('canvas', { class: 'spark', role: 'img', 'aria-label': 'share in use over the run' })
      : undefined;
    this.box.append(
      element('p', { class: 'kind' }, subject.kind.replace('-', ' ')),
      element('h2', {}, subject.name),
      this.#facts,
      ...(this.#spark === undefined
        ? []
        : [element('h3', {}, subject.kind === 'node' ? 'CPU in use' : 'Capacity in use'), this.#spark]),
      element('h3', {}, `History (${formatCount(events.length)})`),
      this.#history.box,
    );
    if (subject.kind === 'pod') this.box.insertBefore(whyBox(subject.name, replay), this.box.children[3]!);
  }

  /** Shows how the subject is at a time. */
  show(timeNs: number, theme: Theme): void {
    const { replay } = this.#context;
    this.#facts.replaceChildren(...this.#now(timeNs));
    const { kind, name } = this.#subject;
    if (this.#spark !== undefined) {
      const samples = kind === 'node' ? replay.nodeUse! : replay.linkUse!;
      const entity = (kind === 'node' ? replay.index.nodes : replay.index.links).get(name)!;
      drawSparkline(this.#spark, samples, entity, { timeNs, durationNs: replay.scene.durationNs, theme });
    }
    this.#history.show(this.#times.findLastIndex((at) => at <= timeNs) + 1, timeNs);
  }

  #now(timeNs: number): HTMLElement[] {
    const { kind, name } = this.#subject;
    const { replay } = this.#context;
    const { scene, index } = replay;
    const snapshot = replay.at(timeNs);
    const { network } = snapshot;
    const reach = (vertex: number): string =>
      network.island[vertex]! === 0
        ? 'reaches the hub'
        : network.island[vertex]! < 0
          ? 'down'
          : `cut off, island ${network.island[vertex]}`;
    if (kind === 'node') {
      const node = index.nodes.get(name)!;
      const { cluster, vertex, class: ofClass, cpuMillicores, memoryBytes, mover } = scene.nodes[node]!;
      const pods = snapshot.podsOf[node]!;
      return [
        factList([
          ['State', replay.stateOf(node, timeNs) ?? (network.nodeDown[node] === 1 ? 'down' : 'up')],
          ...(mover === undefined ? [['Network', reach(vertex)] as const] : []),
          ['Cluster', this.#link({ kind: 'cluster', name: scene.clusters[cluster]!.name })],
          ['Class', `${ofClass}: ${cpuMillicores / 1000} cores, ${formatBytes(memoryBytes)}`],
          ['CPU in use', shareText(replay.nodeUse?.at(node, timeNs))],
        ]),
        element('h3', {}, `Pods now (${pods.length})`),
        this.#chips(pods.map((pod) => ({ kind: 'pod', name: replay.pods[pod]!.name }))),
      ];
    }
    if (kind === 'pod') return this.#podNow(name, timeNs);
    if (kind === 'link') {
      const link = index.links.get(name)!;
      const { from, to, latencyNs, bandwidthBps } = scene.links[link]!;
      const state = network.linkDown[link] === 1 ? 'down' : network.linkDegraded[link] === 1 ? 'degraded' : 'up';
      return [
        factList([
          ['State', state],
          ['Between', `${scene.vertices[from]!.name} and ${scene.vertices[to]!.name}`],
          ['Latency', formatDuration(latencyNs)],
          ['Bandwidth', `${formatCount(Math.round(bandwidthBps / 1e6))} Mbit/s`],
          ['In use', shareText(replay.linkUse?.at(link, timeNs))],
        ]),
      ];
    }
    if (kind === 'cluster') {
      const { role, provider, gateway, nodes } = scene.clusters[index.clusters.get(name)!]!;
      const pods = nodes.flatMap((node) => snapshot.podsOf[node]!);
      return [
        factList([
          ['Role', role === 'hub' ? 'hub' : 'managed'],
          ['Provider', provider],
          ['Network', reach(gateway)],
          ['Nodes', `${nodes.filter((node) => network.nodeDown[node] === 0).length} of ${nodes.length} up`],
          ['Pods', formatCount(pods.length)],
        ]),
        this.#chips(nodes.map((node) => ({ kind: 'node', name: scene.nodes[node]!.name }))),
      ];
    }
    if (kind === 'access-point') {
      const accessPoint = index.accessPoints.get(name)!;
      const { technology, rangeM, vertex } = scene.accessPoints[accessPoint]!;
      const attached = scene.movers.filter((_, mover) => replay.accessPointOf(mover, timeNs) === accessPoint).length;
      return [
        factList([
          ['State', network.accessPointDown[accessPoint] === 1 ? 'out of order' : 'up'],
          ['Network', reach(vertex)],
          ['Technology', technology],
          ['Range', rangeM === undefined ? 'everywhere' : `${formatCount(Math.round(rangeM))} m`],
          ['Attached', replay.attachments === undefined ? 'not recorded' : formatCount(attached)],
        ]),
      ];
    }
    if (kind === 'user') return this.#userNow(name, timeNs);
    const pods = replay.pods.filter((pod) => pod.app === name && phaseOf(pod, timeNs) !== undefined);
    const ready = pods.filter((pod) => phaseOf(pod, timeNs) === 'ready').length;
    return [
      factList([['Pods', `${ready} of ${pods.length} ready`]]),
      this.#chips(pods.map((pod) => ({ kind: 'pod', name: pod.name }))),
    ];
  }

  #podNow(name: string, timeNs: number): HTMLElement[] {
    const { replay } = this.#context;
    const { scene } = replay;
    // a name may come again: the last that was made by now, or the first
    const lives = replay.pods.filter((pod) => pod.name === name);
    const pod = lives.findLast(({ createdNs }) => createdNs <= timeNs) ?? lives[0];
    if (pod === undefined) return [];
    const when = (ns: number): string => (Number.isNaN(ns) ? 'never' : clockOf(ns, scene.durationNs));
    const phase = phaseOf(pod, timeNs);
    return [
      factList([
        ['State', phase ?? (timeNs < pod.createdNs ? 'not made yet' : `gone: ${pod.reason ?? 'no reason recorded'}`)],
        ['Application', this.#link({ kind: 'app', name: pod.app })],
        ['Service', pod.service],
        ['Node', pod.node < 0 ? 'none' : this.#link({ kind: 'node', name: scene.nodes[pod.node]!.name })],
        ['Made', when(pod.createdNs)],
        ['Placed', when(pod.scheduledNs)],
        ['Ready', when(pod.readyNs)],
        ['Gone', Number.isNaN(pod.goneNs) ? 'still there at the end' : when(pod.goneNs)],
        ['Restarts', formatCount(pod.restarts)],
      ]),
    ];
  }

  #userNow(name: string, timeNs: number): HTMLElement[] {
    const { replay } = this.#context;
    const { scene, requests } = replay;
    const mover = replay.index.users.get(name)!;
    const place = replay.ways.positionOf(mover, timeNs);
    const accessPoint = replay.accessPointOf(mover, timeNs);
    let [sent, failed] = [0, 0];
    for (let i = 0; i < (requests?.count ?? 0) && requests!.issuedNs[i]! <= timeNs; i++) {
      if (requests!.user[i] !== mover) continue;
      sent++;
      if (hasFailed(requests!, i)) failed++;
    }
    const isSample = (scene.tables['requests']?.every ?? 1) > 1;
    return [
      factList([
        ['Group', scene.movers[mover]!.group],
        ['Place', place === undefined ? 'not there' : `${Math.round(place.x)} m east, ${Math.round(place.y)} m north`],
        [
          'Attached to',
          accessPoint === undefined
            ? replay.attachments === undefined
              ? 'not recorded'
              : 'nothing: out of range'
            : this.#link({ kind: 'access-point', name: scene.accessPoints[accessPoint]!.name }),
        ],
        ['Requests', `${formatCount(sent)} so far${isSample ? ' in the sample' : ''}, ${formatCount(failed)} failed`],
      ]),
    ];
  }

  #link(subject: Subject): HTMLElement {
    const button = element('button', { type: 'button' }, subject.name);
    button.addEventListener('click', () => this.#context.choose(subject));
    return element('span', { class: 'chips' }, button);
  }

  #chips(subjects: readonly Subject[]): HTMLElement {
    if (subjects.length === 0) return element('p', { class: 'quiet' }, 'none');
    const box = element('div', { class: 'chips' });
    for (const subject of subjects.slice(0, MOST_CHIPS)) {
      const chip = element('button', { type: 'button' }, subject.name);
      chip.addEventListener('click', () => this.#context.choose(subject));
      box.append(chip);
    }
    if (subjects.length > MOST_CHIPS)
      box.append(element('span', { class: 'quiet' }, `and ${subjects.length - MOST_CHIPS} more`));
    return box;
  }
}

const shareText = (share: number | undefined): string =>
  share === undefined || Number.isNaN(share) ? 'not measured then' : formatShare(share);

function whyBox(pod: string, replay: Replay): HTMLElement {
  return element('div', {}, element('h3', {}, 'Why it is where it is'), ...decisionsOn(pod, replay));
}

/** A user's changes of access point as events. */
function attachmentsOf({ kind, name }: Subject, { attachments, index }: Replay): ReplayEvent[] {
  const mover = kind === 'user' ? index.users.get(name) : kind === 'node' ? index.radioNodes.get(name) : undefined;
  if (mover === undefined || attachments === undefined) return [];
  const [first, end] = attachments.between(mover);
  return Array.from(attachments.rows.subarray(Math.max(first, end - MOST_HISTORY * 10), end), (row, i) => {
    const event = nameAt(attachments.event, row)!;
    const accessPoint = nameAt(attachments.accessPointName, row);
    const cause = nameAt(attachments.cause, row);
    return {
      timeNs: attachments.timesNs[Math.max(first, end - MOST_HISTORY * 10) + i]!,
      text: `${event.replaceAll('-', ' ')}${accessPoint === undefined ? '' : ` ${event === 'handover' ? 'to ' : 'to '}${accessPoint}`}${cause === undefined ? '' : ` (${cause.replaceAll('-', ' ')})`}`,
      tone: event === 'out-of-range' ? 'bad' : 'plain',
      isLandmark: false,
      about: [{ kind: 'user', name }],
    };
  });
}
