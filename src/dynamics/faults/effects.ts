import type { FaultEffect } from '../../model/index.ts';
import type { Degradations } from './degradations.ts';
import type { Outages } from './outages.ts';
import type { Slowdowns } from './slowdowns.ts';

/** What faults act on. */
export interface FaultTargets {
  readonly nodes: Outages;
  readonly links: Outages;
  readonly speeds: Slowdowns;
  readonly qualities: Degradations;
  readonly accessPoints: Outages;
  readonly kubelets: Outages;
}

interface Effect<E extends FaultEffect> {
  begin(targets: FaultTargets, effect: E): void;
  end(targets: FaultTargets, effect: E): void;
}

/** How each effect takes hold and lets go. */
const effects: { readonly [K in FaultEffect['kind']]: Effect<Extract<FaultEffect, { kind: K }>> } = {
  crash: {
    begin: ({ nodes }, { node }) => nodes.begin(node),
    end: ({ nodes }, { node }) => nodes.end(node),
  },
  cut: {
    begin: ({ links }, { link }) => links.begin(link),
    end: ({ links }, { link }) => links.end(link),
  },
  slow: {
    begin: ({ speeds }, { node, speedShare }) => speeds.begin(node, speedShare),
    end: ({ speeds }, { node, speedShare }) => speeds.end(node, speedShare),
  },
  degrade: {
    begin: ({ qualities }, effect) => qualities.begin(effect.link, effect),
    end: ({ qualities }, effect) => qualities.end(effect.link, effect),
  },
  'access-point': {
    begin: ({ accessPoints }, { accessPoint }) => accessPoints.begin(accessPoint),
    end: ({ accessPoints }, { accessPoint }) => accessPoints.end(accessPoint),
  },
  kubelet: {
    begin: ({ kubelets }, { node }) => kubelets.begin(node),
    end: ({ kubelets }, { node }) => kubelets.end(node),
  },
};

export function effectOf(effect: FaultEffect): Effect<FaultEffect> {
  return effects[effect.kind] as Effect<FaultEffect>;
}
