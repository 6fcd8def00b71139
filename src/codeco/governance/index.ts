export { AppMeter } from './app-meter.ts';
export {
  needsMeter,
  PolicyGovernor,
  publisherOf,
  type GovernanceActions,
  type GovernanceNote,
} from './policy-governor.ts';
export { PolicyTravel, type PolicyCarrier, type PolicyParcel } from './policy-travel.ts';
