export { BackOff } from './back-off.ts';
export { ImageGarbage } from './image-garbage.ts';
export { ImagePulls, type PullOutcome } from './image-pulls.ts';
export { ImageStore } from './image-store.ts';
