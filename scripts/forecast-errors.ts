// Prints how far each learner's forecasts are off, by load profile and horizon: npx tsx scripts/forecast-errors.ts
//
// Each sample of 30 s is foretold from those before it (rolling origin); the relative error is to that of the last value.
import {
  Autoregression,
  HoltWinters,
  rollingOriginError,
  SharedAutoregression,
  type Forecaster,
} from '../src/codeco/pdlc/forecasting/index.ts';
import { loadProfiles, loadSeries, type LoadProfileName } from './forecasting/load-series.ts';

const LAGS = 6;
const HORIZONS = [1, 4];
const learners: Readonly<Record<string, (horizon: number) => Forecaster>> = {
  'holt-winters': (horizon) => new HoltWinters(horizon),
  autoregression: (horizon) => new Autoregression(new SharedAutoregression(LAGS, horizon)),
};

process.stdout.write('profile      horizon  learner         samples  MAE       last value  relative\n');
for (const profile of Object.keys(loadProfiles) as LoadProfileName[]) {
  const series = await loadSeries(profile);
  for (const horizon of HORIZONS) {
    for (const [name, make] of Object.entries(learners)) {
      const { count, meanAbsolute, lastValueMeanAbsolute } = rollingOriginError(series, make(horizon), horizon, 20);
      const cells = [
        profile.padEnd(12),
        `${30 * horizon} s`.padEnd(8),
        name.padEnd(15),
        String(count).padEnd(8),
        meanAbsolute.toFixed(5).padEnd(9),
        lastValueMeanAbsolute.toFixed(5).padEnd(11),
        (meanAbsolute / lastValueMeanAbsolute).toFixed(3),
      ];
      process.stdout.write(`${cells.join(' ')}\n`);
    }
  }
}
