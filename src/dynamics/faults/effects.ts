import type { FaultEffect } from '../../model/index.ts';
import type { Outages } from './outages.ts';
import type { Slowdowns } from './slowdowns.ts';

/** What faults act on. */
export interface FaultTargets {
  readonly nodes: Outages;
  readonly links: Outages;
  readonly speeds: Slowdowns;
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
};

export function effectOf(effect: FaultEffect): Effect<FaultEffect> {
  return effects[effect.kind] as Effect<FaultEffect>;
}
