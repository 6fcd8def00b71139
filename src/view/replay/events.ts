import { nameAt, type TableColumns } from './columns.ts';
import { networkAt, type FaultSpan, type SceneIndex } from './network.ts';
import type { PodLifeSpan } from './pods.ts';
import type { Scene } from './scene.ts';

/** What can be pointed at. A user and a node on radio are two even if they have one name. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly name: string;
}

export type SubjectKind = 'cluster' | 'node' | 'link' | 'access-point' | 'app' | 'pod' | 'user';

/** Something that happened, in a sentence. */
export interface ReplayEvent {
  readonly timeNs: number;
  readonly text: string;
  readonly tone: 'bad' | 'good' | 'plain';
  /** Marks on the time line: what changes the world, not its daily business. */
  readonly isLandmark: boolean;
  readonly about: readonly Subject[];
}

export const keyOf = ({ kind, name }: Subject): string => `${kind} ${name}`;

/** Reads a table, or has nothing where the run has none. */
export type Tables = (name: string) => TableColumns | undefined;

/** All that happened in the order of time; what happened at once in the order of the tables. */
export function readEvents(
  scene: Scene,
  index: SceneIndex,
  faults: readonly FaultSpan[],
  pods: readonly PodLifeSpan[],
  tables: Tables,
): ReplayEvent[] {
  return [
    ...faultEvents(scene, index, faults),
    ...podEvents(scene, pods),
    ...migrationEvents(tables('migrations')),
    ...governanceEvents(tables('governance')),
    ...scalingEvents(tables('scalings')),
    ...operationEvents(tables('operations')),
    ...statusEvents(tables('app_status')),
  ].sort((a, b) => a.timeNs - b.timeNs);
}

const faultWords: Readonly<Record<string, { subject: SubjectKind; begin: string; end: string }>> = {
  crash: { subject: 'node', begin: 'crashes', end: 'is back' },
  cut: { subject: 'link', begin: 'is cut', end: 'is healed' },
  slow: { subject: 'node', begin: 'becomes slow', end: 'has its speed again' },
  degrade: { subject: 'link', begin: 'is degraded', end: 'is as before' },
  'access-point': { subject: 'access-point', begin: 'goes out of order', end: 'is back' },
};

/** Beyond so many times of faults the islands are not followed. */
const MOST_FAULT_TIMES = 2_000;

function faultEvents(scene: Scene, index: SceneIndex, faults: readonly FaultSpan[]): ReplayEvent[] {
  const events: ReplayEvent[] = [];
  for (const { kind, target, fromNs, toNs } of faults) {
    const words = faultWords[kind];
    if (words === undefined) continue;
    const about = [{ kind: words.subject, name: target }];
    const name = `${words.subject.replace('-', ' ')} ${target}`;
    events.push({ timeNs: fromNs, text: `${name} ${words.begin}`, tone: 'bad', isLandmark: true, about });
    if (toNs < Infinity)
      events.push({ timeNs: toNs, text: `${name} ${words.end}`, tone: 'good', isLandmark: true, about });
  }
  const times = [...new Set(faults.flatMap(({ fromNs, toNs }) => [fromNs, toNs]))]
    .filter((time) => time < Infinity)
    .sort((a, b) => a - b);
  let before = new Set<string>();
  for (const timeNs of times.length <= MOST_FAULT_TIMES ? times : []) {
    const { island } = networkAt(scene, index, faults, timeNs);
    const cutOff = scene.clusters.filter(({ gateway }) => island[gateway]! > 0).map(({ name }) => name);
    const now = new Set(cutOff);
    const lost = cutOff.filter((name) => !before.has(name));
    const back = [...before].filter((name) => !now.has(name));
    const say = (names: string[], text: string, tone: 'bad' | 'good'): void => {
      if (names.length === 0) return;
      const about = names.map((name): Subject => ({ kind: 'cluster', name }));
      events.push({ timeNs, text: `${listed(names)} ${text}`, tone, isLandmark: true, about });
    };
    say(lost, `cannot reach the hub`, 'bad');
    say(back, `can reach the hub again`, 'good');
    before = now;
  }
  return events;
}

function podEvents(scene: Scene, pods: readonly PodLifeSpan[]): ReplayEvent[] {
  return pods.flatMap(({ name, app, node, createdNs, scheduledNs, readyNs, goneNs, reason }) => {
    const where = node < 0 ? undefined : scene.nodes[node]!.name;
    const about: Subject[] = [
      { kind: 'pod', name },
      { kind: 'app', name: app },
      ...(where === undefined ? [] : [{ kind: 'node', name: where } as const]),
    ];
    const plain = (timeNs: number, text: string): ReplayEvent => ({
      timeNs,
      text,
      tone: 'plain',
      isLandmark: false,
      about,
    });
    return [
      plain(createdNs, `pod ${name} is made`),
      ...(Number.isNaN(scheduledNs) ? [] : [plain(scheduledNs, `pod ${name} is placed on ${where}`)]),
      ...(Number.isNaN(readyNs) ? [] : [plain(readyNs, `pod ${name} is ready on ${where}`)]),
      ...(Number.isNaN(goneNs)
        ? []
        : [
            {
              ...plain(goneNs, `pod ${name} is gone: ${reason ?? 'no reason recorded'}`),
              tone: reason === 'completed' ? ('plain' as const) : ('bad' as const),
            },
          ]),
    ];
  });
}

function migrationEvents(table: TableColumns | undefined): ReplayEvent[] {
  if (table === undefined) return [];
  const [pod, newPod, app] = [table.names('pod'), table.names('new_pod'), table.names('app')];
  const [from, to] = [table.names('from_node'), table.names('to_node')];
  const [trigger, strategy, outcome] = [table.names('trigger'), table.names('strategy'), table.names('outcome')];
  const [decided, ended] = [table.numbers('decided_ns'), table.numbers('ended_ns')];
  return rowsOf(table).flatMap((row) => {
    const [fromNode, toNode] = [nameAt(from, row)!, nameAt(to, row)!];
    const about: Subject[] = [
      { kind: 'pod', name: nameAt(pod, row)! },
      { kind: 'pod', name: nameAt(newPod, row)! },
      { kind: 'app', name: nameAt(app, row)! },
      { kind: 'node', name: fromNode },
      { kind: 'node', name: toNode },
    ];
    const move = `pod ${nameAt(pod, row)} from ${fromNode} to ${toNode}`;
    const begin: ReplayEvent = {
      timeNs: decided[row]!,
      text: `migration of ${move} begins: ${nameAt(trigger, row)}, ${nameAt(strategy, row)}`,
      tone: 'plain',
      isLandmark: true,
      about,
    };
    if (Number.isNaN(ended[row]!)) return [begin];
    const end = nameAt(outcome, row)!;
    return [
      begin,
      {
        ...begin,
        timeNs: ended[row]!,
        text: `migration of ${move} ends: ${end}`,
        tone: end === 'moved' ? 'good' : 'bad',
        isLandmark: false,
      },
    ];
  });
}

/** Words in the names of events of governance that bode ill, and well. */
const ILL = /lost|unknown|no-cluster|violation-began|evicted|duplicate-began|refused|stale|denied/;
const WELL = /returned|heard|violation-ended|resolved|duplicate-ended/;

function governanceEvents(table: TableColumns | undefined): ReplayEvent[] {
  if (table === undefined) return [];
  const time = table.numbers('time_ns');
  const [cluster, actor, event] = [table.names('cluster'), table.names('actor'), table.names('event')];
  const [app, service, pod] = [table.names('app'), table.names('service'), table.names('pod')];
  const [policy, peer, detail] = [table.names('policy'), table.names('peer'), table.texts('detail')];
  return rowsOf(table).map((row) => {
    const name = nameAt(event, row)!;
    const [at, other] = [nameAt(cluster, row), nameAt(peer, row)];
    const of = [nameAt(policy, row), nameAt(app, row), nameAt(service, row), nameAt(pod, row)].filter(
      (part) => part !== undefined,
    );
    const what = `${name.replaceAll('-', ' ')}${of.length > 0 ? ` (${of.join(', ')})` : ''}`;
    const who = [nameAt(actor, row)!, ...(other === undefined ? [] : [other])].join(', ');
    const text = `${at === undefined ? '' : `${at}: `}${what} · ${who}${detail[row] === null ? '' : `: ${detail[row]}`}`;
    return {
      timeNs: time[row]!,
      text,
      tone: ILL.test(name) ? 'bad' : WELL.test(name) ? 'good' : 'plain',
      isLandmark: false,
      about: [
        ...subjects('cluster', at, other),
        ...subjects('app', nameAt(app, row)),
        ...subjects('pod', nameAt(pod, row)),
      ],
    };
  });
}

function scalingEvents(table: TableColumns | undefined): ReplayEvent[] {
  if (table === undefined) return [];
  const [time, from, to] = [table.numbers('time_ns'), table.numbers('from_pods'), table.numbers('to_pods')];
  const [app, service] = [table.names('app'), table.names('service')];
  return rowsOf(table).map((row) => ({
    timeNs: time[row]!,
    text: `${nameAt(app, row)}/${nameAt(service, row)} is scaled from ${from[row]} to ${to[row]} pods`,
    tone: 'plain',
    isLandmark: true,
    about: subjects('app', nameAt(app, row)),
  }));
}

function operationEvents(table: TableColumns | undefined): ReplayEvent[] {
  if (table === undefined) return [];
  const time = table.numbers('time_ns');
  const [node, event] = [table.names('node'), table.names('event')];
  return rowsOf(table).map((row) => ({
    timeNs: time[row]!,
    text: `node ${nameAt(node, row)}: ${nameAt(event, row)!.replaceAll('-', ' ')}`,
    tone: 'plain',
    isLandmark: true,
    about: subjects('node', nameAt(node, row)),
  }));
}

function statusEvents(table: TableColumns | undefined): ReplayEvent[] {
  if (table === undefined) return [];
  const time = table.numbers('time_ns');
  const [app, phase, status] = [table.names('app'), table.names('phase'), table.names('status')];
  const before = new Map<string, string>();
  return rowsOf(table).flatMap((row) => {
    const name = nameAt(app, row)!;
    const now = `${nameAt(phase, row)}, ${nameAt(status, row)}`;
    if (before.get(name) === now) return [];
    before.set(name, now);
    return [
      {
        timeNs: time[row]!,
        text: `application ${name} is ${now}`,
        tone: nameAt(status, row) === 'Error' ? ('bad' as const) : ('plain' as const),
        isLandmark: false,
        about: subjects('app', name),
      },
    ];
  });
}

const rowsOf = (table: TableColumns): number[] => Array.from({ length: table.rows }, (_, row) => row);

const subjects = (kind: SubjectKind, ...names: readonly (string | undefined)[]): Subject[] =>
  names.flatMap((name) => (name === undefined ? [] : [{ kind, name }]));

/** Names joined; of many the first ones and their number. */
function listed(names: readonly string[]): string {
  if (names.length <= 3) return names.join(names.length === 2 ? ' and ' : ', ');
  return `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
