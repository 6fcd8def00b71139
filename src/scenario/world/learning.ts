import { parseDuration, parseShare, type LearningSettings, type RecommendationSettings } from '../../model/index.ts';
import type { Scenario } from '../schema/index.ts';
import { isMap } from '../source.ts';
import type { Build } from './build.ts';

/** Time between two scrapes, as PDLC has them. */
const SCRAPE_INTERVAL_NS = 30e9;
/** Samples that a series keeps at most: of a week. */
const MOST_SCRAPES = 20_160;

type Written = NonNullable<Scenario['spec']['orchestration']['learning']>;
type ScrapesField = 'horizon' | 'season' | 'recommendations.window';

const DEFAULT_EXPLORATION = { linucb: 0.5, 'q-learning': 0.1 } as const;

/** The settings of learning; undefined where nothing is learned. */
export function readLearning(build: Build): LearningSettings | undefined {
  const path = ['spec', 'orchestration', 'learning'];
  const { orchestration } = build.scenario.spec;
  if (!isMap(orchestration) || build.isBroken(...path)) return undefined;
  const { learning, scheduler } = orchestration;
  if (learning === undefined) return undefined;
  const { learner, lags, costs, exchange } = learning;
  const scrapes = (field: ScrapesField, text: string, least: number): number => {
    const count = Math.ceil(parseDuration(text) / SCRAPE_INTERVAL_NS);
    if (count >= least && count <= MOST_SCRAPES) return count;
    build.problem([...path, ...field.split('.')], `${text}, in scrapes of 30s: ${count}`, {
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
  const recommendations = readRecommendations(learning.recommendations, build, scrapes);
  if (method !== 'none' && learner !== 'autoregression' && recommendations === undefined) {
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
    ...(recommendations === undefined ? {} : { recommendations }),
  };
}

/** How nodes are recommended; undefined where they are not. */
function readRecommendations(
  written: Written['recommendations'],
  build: Build,
  scrapes: (field: ScrapesField, text: string, least: number) => number,
): RecommendationSettings | undefined {
  if (written === undefined) return undefined;
  const path = ['spec', 'orchestration', 'learning', 'recommendations'];
  const { scheduler, learning } = build.scenario.spec.orchestration;
  const { learner, exploration = DEFAULT_EXPLORATION[learner], weight, target, window } = written;
  if (scheduler !== 'swm') build.warn(path, `without effect on the scheduler ${scheduler}`);
  if (learner === 'q-learning' && exploration > 1)
    build.problem([...path, 'exploration'], 'a share of placements above 1', { expected: '0 to 1' });
  if (learner === 'q-learning' && learning!.exchange.privacy !== undefined)
    build.problem([...path, 'learner'], 'the tables of q-learning beside exchange.privacy, which is of sums', {
      expected: 'learner: linucb, or no privacy',
    });
  const discount = parseShare(written.discount);
  if (discount === 1)
    build.problem([...path, 'discount'], 'all rewards there will ever be, which have no sum', {
      expected: 'below 100 %',
    });
  return {
    learner,
    exploration,
    weight,
    targetNs: parseDuration(target),
    windowScrapes: scrapes('recommendations.window', window, 1),
    discount,
  };
}
