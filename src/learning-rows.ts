import type { ForecastOutcome, Learning, PlacementLearning, PlacementReward } from './codeco/index.ts';
import type { ClusterId, World } from './model/index.ts';
import type { Recorder } from './results/index.ts';

/** A row of a forecast whose time has come. */
export function appendForecast(
  table: Recorder['tables']['forecasts'],
  { nodes, links, clusters, orchestration }: Pick<World, 'nodes' | 'links' | 'clusters' | 'orchestration'>,
  timeNs: number,
  { cluster, quantity, subject, madeNs, forecast, lastValue, actual }: ForecastOutcome,
): void {
  table.append({
    time_ns: timeNs,
    made_ns: madeNs,
    cluster: clusters[cluster]!.name,
    node: 'node' in subject ? nodes[subject.node]!.name : null,
    link: 'link' in subject ? links[subject.link]!.name : null,
    direction: 'link' in subject ? (subject.direction === 0 ? 'forward' : 'backward') : null,
    quantity,
    learner: orchestration.learning!.learner,
    forecast,
    last_value: lastValue,
    actual,
  });
}

/** A row of what came of a pod on its node over a window. */
export function appendReward(
  table: Recorder['tables']['rewards'],
  { nodes, clusters, services, apps }: Pick<World, 'nodes' | 'clusters' | 'services' | 'apps'>,
  timeNs: number,
  { cluster, node, service, visits, expected, reward }: PlacementReward,
): void {
  const { name, app } = services[service]!;
  table.append({
    time_ns: timeNs,
    cluster: clusters[cluster]!.name,
    node: nodes[node]!.name,
    app: apps[app]!.name,
    service: name,
    visits,
    expected,
    reward,
  });
}

/** The run is over: how each cluster did by each quantity, and what it sent. */
export function appendLearning(
  table: Recorder['tables']['learning'],
  { clusters, orchestration }: Pick<World, 'clusters' | 'orchestration'>,
  learning: Learning,
  placements: PlacementLearning | undefined,
): void {
  const { learner, recommendations } = orchestration.learning!;
  for (const [id, { name }] of clusters.entries()) {
    const cluster = id as ClusterId;
    for (const [quantity, { forecasts, absoluteError, lastValueAbsoluteError }] of learning.tallies(cluster)) {
      table.append({
        cluster: name,
        quantity,
        learner,
        forecasts,
        mean_absolute_error: forecasts === 0 ? null : absoluteError / forecasts,
        last_value_error: forecasts === 0 ? null : lastValueAbsoluteError / forecasts,
        relative_error: lastValueAbsoluteError === 0 ? null : absoluteError / lastValueAbsoluteError,
        ...sent(learning.exchanged(cluster)),
      });
    }
    if (placements === undefined) continue;
    const { rewards, absoluteError } = placements.tally(cluster);
    table.append({
      cluster: name,
      quantity: 'placement',
      learner: recommendations!.learner,
      forecasts: rewards,
      mean_absolute_error: rewards === 0 ? null : absoluteError / rewards,
      last_value_error: null,
      relative_error: null,
      ...sent(placements.exchanged(cluster)),
    });
  }
}

/** What a cluster has sent of its models. */
function sent(exchanged: ReturnType<Learning['exchanged']>) {
  return {
    messages_sent: exchanged?.counts.messages ?? 0,
    bytes_sent: exchanged?.counts.bytes ?? 0,
    messages_lost: exchanged?.counts.lost ?? 0,
    mean_age_ns: exchanged?.meanAgeNs ?? null,
    epsilon_spent: exchanged?.counts.epsilon ?? 0,
    delta_spent: exchanged?.counts.delta ?? 0,
  };
}
