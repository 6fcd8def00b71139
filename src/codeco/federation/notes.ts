import type { AppId, ClusterId, World } from '../../model/index.ts';
import type { GovernanceNote } from '../governance/policy-governor.ts';

/** What a note tells beside its event and actor. */
export type NoteFacts = Omit<GovernanceNote, 'event' | 'actor' | 'cluster' | 'peer' | 'app'> & {
  readonly cluster?: ClusterId;
  readonly peer?: ClusterId;
  readonly app?: AppId;
};

export type Noted = (event: string, actor: string, facts: NoteFacts) => void;

/** Notes with the names of what they are of. */
export function notesOf({ clusters, apps }: World, mode: string, noted: (note: GovernanceNote) => void): Noted {
  return (event, actor, { cluster, peer, app, ...rest }) =>
    noted({
      mode,
      event,
      actor,
      ...(cluster === undefined ? {} : { cluster: clusters[cluster]!.name }),
      ...(peer === undefined ? {} : { peer: clusters[peer]!.name }),
      ...(app === undefined ? {} : { app: apps[app]!.name }),
      ...rest,
    });
}
