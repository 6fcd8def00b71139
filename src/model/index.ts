export { callProbability, MAX_CALLS, planCalls, type CallPlan } from './call-plan.ts';
export { meanVisits, TooManyCalls } from './mean-calls.ts';
export type * from './call-policy.ts';
export type * from './arrivals.ts';
export {
  arrivals,
  classModes,
  criteria,
  datasetUpdates,
  expanders,
  isAsSecure,
  distributions,
  designs,
  migrationStrategies,
  migrationTriggers,
  mobilityModels,
  namesOf,
  powerCurves,
  retryJitters,
  messageQueueing,
  networkModels,
  performanceProfiles,
  costInputs,
  exchanges,
  learners,
  placementLearners,
  policyModes,
  governances,
  prioritizers,
  COST_PRIORITIZER,
  probeErrors,
  schedulers,
  securityClasses,
  swmSolvers,
  technologies,
  type ArrivalsName,
  type GovernanceName,
  type PrioritizerName,
  type ClassModeName,
  type CriterionName,
  type DesignName,
  type DistributionName,
  type MigrationStrategyName,
  type MigrationTriggerName,
  type ExpanderName,
  type MobilityName,
  type PowerCurveName,
  type NetworkModelName,
  type PerformanceProfileName,
  type PolicyModeName,
  type RetryJitterName,
  type SchedulerName,
  type SecurityClassName,
  type ProbeErrorName,
  type SwmSolverName,
  type TechnologyName,
} from './choices.ts';
export { codecoAppSchema, DEFAULT_FRAME_SIZE_BYTES, MAX_SEND_INTERVAL_NS, type CodecoApp } from './codeco-app.ts';
export {
  autoscalerRequest,
  memoryInUse,
  memoryLimitBytes,
  qosClass,
  type ContainerLife,
  type Probe,
} from './container-life.ts';
export type * from './energy.ts';
export {
  dnsKeys,
  dnsName,
  either,
  flag,
  listOf,
  mapOf,
  measured,
  number,
  object,
  openObject,
  oneOf,
  optional,
  quantity,
  text,
  whole,
} from './fields.ts';
export { degreesEast, distance, projected, type Point, type Projection } from './geometry.ts';
export type * from './ids.ts';
export { imageName, type Image, type ImageId, type ImageLayer, type Images, type LayerId } from './images.ts';
export type { Intervention } from './intervention.ts';
export type * from './kubernetes.ts';
export type * from './maintenance.ts';
export type * from './mobility.ts';
export type * from './node-groups.ts';
export { mostOnOneNode, spareReplicas, type Policy, type PolicyRules, type PolicyVersion } from './policies.ts';
export { networkModelParameters, SMALL_MESSAGE_BYTES, type Messages, type NetworkModel } from './network-model.ts';
export { ExpectationError, parseExpectation, unitOf, type Expectation } from './expectation.ts';
export {
  FAILED_SHARE,
  MeasureError,
  measureNames,
  measures,
  parseQuotient,
  quotientText,
  valueOf,
  type Measure,
  type MeasureName,
  type Quotient,
} from './measures.ts';
export { milliValue, nanoValue, parseQuantity, wholeValue } from './quantity.ts';
export type { PublishedExtender } from './scheduler-extender.ts';
export {
  decidingPlugins,
  decidingPoints,
  schedulerConfigurationSchema,
  type DecidingPlugin,
  type DecidingPoint,
  type PluginSet,
  type PublishedProfile,
  type SchedulerConfiguration,
} from './scheduler-configuration.ts';
export {
  expectedUnit,
  parseBandwidth,
  parseBytes,
  parseCoordinate,
  parseCpu,
  parseDelay,
  parseDistance,
  parseCarbonIntensity,
  parseMass,
  parseDuration,
  parseEnergy,
  parseEnergyPerBit,
  parseMeanIntervalNs,
  parseMemory,
  parsePower,
  parsePricePerByte,
  parsePricePerHour,
  parsePricePerKwh,
  parseShare,
  parseSpeed,
  UnitError,
  unitNames,
  unitValue,
  type UnitName,
} from './unit-text.ts';
export type * from './learning.ts';
export type * from './mdm.ts';
export type * from './netma.ts';
export type * from './swm.ts';
export type * from './units.ts';
export type * from './datasets.ts';
export type * from './faults.ts';
export type * from './world.ts';
export {
  DEFAULT_SCALE_DOWN,
  DEFAULT_SCALE_UP,
  type HorizontalPodAutoscaler,
  type AutoscalingMetric,
  type LoadMeasure,
  type MeanTarget,
  type PublishedMetric,
  type TotalTarget,
  type PublishedAutoscalerSpec,
  type PublishedScalingRules,
  type ScalingPolicy,
  type ScalingRules,
} from './autoscaler.ts';
export {
  manifestSchemas,
  type ClusterObjects,
  type KubernetesService,
  type Manifest,
  type ManifestKind,
  type PodDisruptionBudget,
  type PriorityClass,
  type PublishedController,
  type PublishedObject,
  type Workload,
} from './manifest.ts';
