import { parseDuration, type LearningSettings } from '../../model/index.ts';
import { isMap } from '../source.ts';
import type { Build } from './build.ts';

/** Time between two scrapes, as PDLC has them. */
const SCRAPE_INTERVAL_NS = 30e9;
/** Samples that a series keeps at most: of a week. */
const MOST_SCRAPES = 20_160;

/** The settings of learning; undefined where nothing is learned. */
export function readLearning(build: Build): LearningSettings | undefined {
  const path = ['spec', 'orchestration', 'learning'];
  const { orchestration } = build.scenario.spec;
  if (!isMap(orchestration) || build.isBroken(...path)) return undefined;
  const { learning, scheduler } = orchestration;
  if (learning === undefined) return undefined;
  const { learner, lags, costs, exchange } = learning;
  const scrapes = (field: 'horizon' | 'season', text: string, least: number): number => {
    const count = Math.ceil(parseDuration(text) / SCRAPE_INTERVAL_NS);
    if (count >= least && count <= MOST_SCRAPES) return count;
    build.problem([...path, field], `${text}, in scrapes of 30s: ${count}`, {
      expected: `${least} to ${MOST_SCRAPES} scrapes: ${field === 'season' ? '60s' : '30s'} to 7d`,
    });
    return least;
  };
  const horizon = scrapes('horizon', learning.horizon, 1);
  const season = learning.season === undefined ? undefined : scrapes('season', learning.season, 2);
  if (season !== undefined && learner !== 'holt-winters') {
    build.warn([...path, 'season'], `without effect on the learner ${learner}`);
  }
  if (costs === 'forecast' && scheduler !== 'swm') {
    build.warn([...path, 'costs'], `without effect on the scheduler ${scheduler}`);
  }
  const { method, interval, privacy } = exchange;
  if (method !== 'none' && learner !== 'autoregression') {
    build.problem([...path, 'exchange', 'method'], `exchange of what ${learner} has learned`, {
      expected: 'learner: autoregression beside it, whose models can be added up',
    });
  }
  const intervalNs = parseDuration(interval);
  if (intervalNs < 1e9)
    build.problem([...path, 'exchange', 'interval'], `exchange every ${interval}`, { expected: 'at least 1s' });
  if (privacy !== undefined && method === 'none') {
    build.warn([...path, 'exchange', 'privacy'], 'without effect where nothing is exchanged');
  }
  return {
    learner,
    horizon,
    ...(season === undefined || learner !== 'holt-winters' ? {} : { season }),
    lags,
    ...(method === 'none' ? {} : { exchange: { method, intervalNs, ...(privacy === undefined ? {} : { privacy }) } }),
    costs,
  };
}
