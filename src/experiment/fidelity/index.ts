export { assessFidelity, type Fidelity, type TimeFidelity } from './fidelity.ts';
export { timeNames, type TimeName } from './observed-run.ts';
