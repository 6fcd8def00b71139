export { HorizontalAutoscaling, type AutoscalingHooks, type Scaling } from './horizontal-autoscaling.ts';
