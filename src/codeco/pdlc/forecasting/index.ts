export { Cholesky } from './cholesky.ts';
export { Autoregression, SharedAutoregression } from './autoregression.ts';
export type { Forecaster } from './forecaster.ts';
export { HoltWinters, Smoothing } from './holt-winters.ts';
export { LastValue } from './last-value.ts';
export { NormalEquations } from './normal-equations.ts';
export { rollingOriginError, type ForecastError } from './rolling-origin.ts';
