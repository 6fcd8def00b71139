import type { ForecastOutcome, Learning } from './codeco/index.ts';
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

/** The run is over: how each cluster did by each quantity, and what it sent. */
export function appendLearning(
  table: Recorder['tables']['learning'],
  { clusters, orchestration }: Pick<World, 'clusters' | 'orchestration'>,
  learning: Learning,
): void {
  for (const [cluster, { name }] of clusters.entries()) {
    const exchanged = learning.exchanged(cluster as ClusterId);
    for (const [quantity, tally] of learning.tallies(cluster as ClusterId)) {
      const { forecasts, absoluteError, lastValueAbsoluteError } = tally;
      table.append({
        cluster: name,
        quantity,
        learner: orchestration.learning!.learner,
        forecasts,
        mean_absolute_error: forecasts === 0 ? null : absoluteError / forecasts,
        last_value_error: forecasts === 0 ? null : lastValueAbsoluteError / forecasts,
        relative_error: lastValueAbsoluteError === 0 ? null : absoluteError / lastValueAbsoluteError,
        messages_sent: exchanged?.counts.messages ?? 0,
        bytes_sent: exchanged?.counts.bytes ?? 0,
        messages_lost: exchanged?.counts.lost ?? 0,
        mean_age_ns: exchanged?.meanAgeNs ?? null,
        epsilon_spent: exchanged?.counts.epsilon ?? 0,
        delta_spent: exchanged?.counts.delta ?? 0,
      });
    }
  }
}
