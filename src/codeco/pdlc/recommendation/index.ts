export { LinUcb, linUcbSensitivity } from './lin-ucb.ts';
export { PlacementLearning, type PlacementReward, type PodReadings } from './placement-learning.ts';
export { QLearning } from './q-learning.ts';
