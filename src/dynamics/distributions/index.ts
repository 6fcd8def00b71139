export { durationSampler, type DurationSampler } from './durations.ts';
export { gammaFunction } from './gamma.ts';
