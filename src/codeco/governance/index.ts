export { PolicyGovernor, publisherOf, type GovernanceActions, type GovernanceNote } from './policy-governor.ts';
export { POLICY_BYTES, PolicyTravel, type PolicyCarrier, type PolicyParcel } from './policy-travel.ts';
