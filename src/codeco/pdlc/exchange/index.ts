export { noiseDeviation, sensitivity, withNoise } from './gaussian-mechanism.ts';
export { ModelExchange, type ExchangeCounts, type ModelHolder } from './model-exchange.ts';
