import type { Subject, SubjectKind } from '../replay/events.ts';
import type { Replay } from '../replay/replay.ts';
import { byId, element } from './element.ts';

const MOST_FOUND = 200;

const titles: Readonly<Record<SubjectKind, string>> = {
  cluster: 'Clusters',
  node: 'Nodes',
  app: 'Applications',
  pod: 'Pods',
  link: 'Links',
  'access-point': 'Access points',
  user: 'Users',
};

/** Everything that can be chosen, by kind. */
export function allThings({ scene, pods }: Replay): Subject[] {
  const named = (kind: SubjectKind, names: Iterable<string>): Subject[] => [...names].map((name) => ({ kind, name }));
  return [
    ...named(
      'cluster',
      scene.clusters.map(({ name }) => name),
    ),
    ...named('app', scene.apps),
    ...named(
      'node',
      scene.nodes.map(({ name }) => name),
    ),
    ...named('pod', new Set(pods.map(({ name }) => name))),
    ...named(
      'access-point',
      scene.accessPoints.map(({ name }) => name),
    ),
    ...named(
      'link',
      scene.links.map(({ name }) => name),
    ),
    ...named(
      'user',
      scene.movers.flatMap(({ name, node }) => (node === undefined ? [name] : [])),
    ),
  ];
}

/** Fills the panel in which things are looked for, with a button each. */
export function thingsPanel(replay: Replay, choose: (subject: Subject) => void): void {
  const things = allThings(replay);
  const search = byId<HTMLInputElement>('search');
  const found = byId('found');
  const show = (): void => {
    const wanted = search.value.trim().toLowerCase();
    const matching = things.filter(({ name }) => name.toLowerCase().includes(wanted));
    const shown = matching.slice(0, MOST_FOUND);
    const kinds = [...new Set(shown.map(({ kind }) => kind))];
    found.replaceChildren(
      ...kinds.flatMap((kind) => [
        element('h3', {}, `${titles[kind]} (${matching.filter((thing) => thing.kind === kind).length})`),
        ...shown
          .filter((thing) => thing.kind === kind)
          .map((subject) => {
            const row = element('button', { type: 'button', class: 'row' }, subject.name);
            row.addEventListener('click', () => choose(subject));
            return row;
          }),
      ]),
      ...(matching.length > shown.length
        ? [element('p', { class: 'quiet' }, `… and ${matching.length - shown.length} more: say more of the name`)]
        : []),
      ...(matching.length === 0 ? [element('p', { class: 'quiet' }, `Nothing is called ${search.value}.`)] : []),
    );
  };
  search.addEventListener('input', show);
  show();
}
