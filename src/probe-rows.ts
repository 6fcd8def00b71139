import type { KnownDirection, LinkMeasurement } from './codeco/index.ts';
import type { Network } from './dynamics/index.ts';
import type { World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** A row of a measurement that has arrived, beside what is true at this time. */
export function appendProbe(
  table: Recorder['tables']['probes'],
  world: Pick<World, 'links' | 'clusters'>,
  network: Network,
  timeNs: number,
  cluster: number,
  { link, direction, measuredNs, roundTripNs }: LinkMeasurement,
  { estimate, availableBps, energyJ }: KnownDirection,
): void {
  const { name, from, to } = world.links[link]!;
  const isTrulyUp = network.isLinkUp(link) && network.isVertexUp(from) && network.isVertexUp(to);
  const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
  table.append({
    time_ns: timeNs,
    link: name,
    direction: direction === 0 ? 'forward' : 'backward',
    cluster: world.clusters[cluster]!.name,
    measured_ns: measuredNs,
    state: roundTripNs === undefined ? 'down' : 'up',
    round_trip_ns: roundTripNs ?? null,
    estimate_round_trip_ns: orNull(estimate.roundTripNs),
    jitter_ns: orNull(estimate.variationNs),
    failure_share: estimate.failureShare,
    available_bps: availableBps,
    energy_j: energyJ,
    true_state: isTrulyUp ? 'up' : 'down',
    true_round_trip_ns: 2 * network.linkLatencyNs(link),
  });
}
