import { mean } from 'd3-array';
import type { ReplayFacts } from '../../results/index.ts';
import { meanInterval, type Interval } from '../statistics/index.ts';

/** How links of a real cluster that were measured are beside what was configured. */
export interface LinkFidelity {
  readonly quantity: 'round trip' | 'bandwidth';
  /** Ways that were measured, over all runs. */
  readonly ways: number;
  /** Means over them: ns, or bit/s as TCP carries them. */
  readonly configured: number;
  readonly measured: number;
  /** Measured less configured, on average, with its interval where there are two ways or more. */
  readonly difference: { readonly value: number } & Partial<Interval>;
  /** The way that is furthest off. */
  readonly worst: {
    readonly from: string;
    readonly to: string;
    readonly configured: number;
    readonly measured: number;
  };
  readonly verdict: string;
}

/** A difference below this share of what is configured is called none. Own design. */
const CLOSE = 0.1;
/** What containers and a busy machine add to a round trip anyway, ns. Own design, as before a replay. */
const LEAST_ROUND_TRIP_NS = 1e6;

/** Each quantity of the links that replays have measured, with Student's interval of its mean difference. Own design. */
export function linkFidelity(links: NonNullable<ReplayFacts['links']>, confidence: number): LinkFidelity[] {
  return (['roundTripNs', 'bandwidthBps'] as const).flatMap((of): LinkFidelity[] => {
    const ways = links.flatMap(({ from, to, [of]: found }) => (found === undefined ? [] : [{ from, to, ...found }]));
    if (ways.length === 0) return [];
    const floor = of === 'roundTripNs' ? LEAST_ROUND_TRIP_NS : 0;
    const offBy = ({ configured, measured }: (typeof ways)[number]): number =>
      Math.abs(measured - configured) / Math.max(CLOSE * configured, floor);
    const worst = ways.toSorted((a, b) => offBy(b) - offBy(a))[0]!;
    const differences = ways.map(({ configured, measured }) => measured - configured);
    const value = differences[0]!;
    const { count: _, ...difference } = ways.length < 2 ? { value, count: 1 } : meanInterval(differences, confidence);
    return [
      {
        quantity: of === 'roundTripNs' ? 'round trip' : 'bandwidth',
        ways: ways.length,
        configured: mean(ways, ({ configured }) => configured)!,
        measured: mean(ways, ({ measured }) => measured)!,
        difference,
        worst,
        verdict: verdictOf(offBy(worst) <= 1, difference),
      },
    ];
  });
}

function verdictOf(isClose: boolean, { value, low = value, high = value }: LinkFidelity['difference']): string {
  if (isClose) return `as configured on every way, or less than ${100 * CLOSE} % off`;
  if (low <= 0 && high >= 0) return 'as configured on average, not on every way';
  return value > 0 ? 'higher than configured' : 'lower than configured';
}
