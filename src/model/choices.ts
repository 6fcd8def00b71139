/**
 * The names a scenario can choose from, each with the sentence that documentation prints. The schema's enums, the
 * registries and `list` are derived from these.
 */

export const schedulers = {
  'kube-scheduler': "Kubernetes' default scheduler: its filters, scores, weights and tie-breaking.",
  'lowest-latency': 'Greedy: of the nodes that pass the filters, the one nearest in latency to whom the pod talks to.',
  random: 'Any of the nodes that pass the filters, each alike.',
  'round-robin': 'The nodes in turn, passing over those that do not pass the filters.',
  'first-fit': 'The first node in order that passes the filters.',
  'best-fit': 'The node with the least CPU and memory left once the pod is there.',
  'worst-fit': 'The node with the most CPU and memory left once the pod is there.',
  spread: 'The node with the fewest pods of the same service, of these the one with the fewest pods at all.',
  swm: "CODECO's SWM: the pods of an application and their channels together, by node costs and observed latencies.",
} as const;

export const arrivals = {
  poisson: 'Independent requests at a constant mean rate: exponential times between two of them.',
  periodic: 'One request every period, the first at a random phase.',
  mmpp: 'Markov-modulated Poisson: users pass through states of exponential length, each with a rate of its own.',
  diurnal: 'Poisson with a rate that follows the hours of the day, or a table.',
  'flash-crowd': 'Poisson with a rate that at some time rises many times over, stays there and decays.',
  recorded: 'As recorded in a table: times, invocations of Azure Functions of 2021, or counts by the minute of 2019.',
  closed: 'A closed loop: each user sends, waits for the end of its request, thinks, and sends again.',
} as const;

export const retryJitters = {
  full: 'Uniform between 0 and the back-off, so that callers who failed together do not come back together.',
  none: 'The back-off itself.',
} as const;

export const datasetUpdates = {
  periodic: 'A new version every period, the first at a random phase.',
  poisson: 'Independent new versions at a constant mean rate.',
} as const;

export const distributions = {
  constant: 'Always the same value.',
  exponential: 'Exponential with a mean.',
  uniform: 'Each value between a smallest and a largest equally likely.',
  lognormal: 'Lognormal with a mean and a coefficient of variation.',
  weibull: 'Weibull with a mean and a shape: below 1 the early failures of new parts, above 1 wear.',
  gamma: 'Gamma with a mean and a shape: the sum of that many exponentials.',
  pareto: 'Pareto: a heavy tail from a smallest value on, with or without a largest one.',
  hyperexponential: 'One of two exponentials, with a mean and a coefficient of variation above 1.',
  empirical: 'One of the values of a list or a table.',
} as const;

export const designs = {
  grid: 'Every combination of the values.',
  random: 'Points drawn independently of each other.',
  'latin-hypercube': 'Points drawn so that each parameter has one in each of as many equal parts (McKay et al. 1979).',
  sobol: 'A digital net that fills the space evenly (Sobol 1967; direction numbers of Joe & Kuo 2008).',
} as const;

export const mobilityModels = {
  static: 'Stands still.',
  'random-waypoint': 'Straight to a random place, a rest, and on to the next; in its steady state from the start.',
  manhattan: 'Along the streets of a grid, at each crossing straight on or around a corner.',
  'gauss-markov': 'Wanders with a velocity that changes gradually, reflected at the border of its area.',
  route: 'From waypoint to waypoint, at a speed or by a timetable.',
  trace: "As recorded in a table of times, names and positions, or in SUMO's floating car data.",
  group: 'About a leader that moves by one of the other models, never farther from it than a radius.',
} as const;

export const powerCurves = {
  linear: 'From idle to peak in proportion to the share of CPU in use.',
  cubic: 'From idle to peak with the cube of the share of CPU in use, as where voltage and frequency follow the load.',
  measured: 'Straight lines between measured points, as published by SPECpower.',
} as const;

export const networkModels = {
  plain: 'Latency, then bandwidth shared max-min fairly: nothing is corrected.',
  cm02: "SimGrid's CM02: flows share in inverse proportion to their latency, at most a TCP window a round trip.",
  lv08: "SimGrid's LV08: CM02 with 97 % of the bandwidth, 13.01 times the latency, and slow links counted as latency.",
} as const;

export const messageQueueing = {
  none: 'A message waits for nothing: latency, and its transmission at the lowest bandwidth on its way.',
  fifo: 'Stored and forwarded: at each link it waits for the messages before it, then for its own transmission.',
} as const;

export const technologies = {
  wifi: 'Wi-Fi cell.',
  lte: '4G cell.',
  nr: '5G New Radio cell.',
} as const;

export const criteria = {
  greenness: 'Energy of the active processes on the node: the published g(i) = n_e(i).',
  'network-greenness':
    "Energy that the node's links spend on carrying bits, times its active links: g(i) = nL_e(i) · L_e(i), as it was printed.",
  'combined-greenness': 'The two before added up, each as a share of the largest: how they combine is not published.',
  resilience: 'Failures of the node times those of its links, by its active neighbours: the fewer, the better.',
  latency: "Latency of the application's channels, and from its users to the service that they enter at.",
  load: 'Share of the CPU of the node that was in use.',
  price: 'Price of the node, an hour and core.',
  carbon: "CO2 of a busy core of the node, by its power and its region's carbon intensity.",
  freshness: "How fresh the data of the application is in the node's cluster, 0 to 1, as MDM has it. Own design.",
  compliance: 'Share of what is asked of a node for the application that the node keeps to, as MDM has it. Own design.',
  portability: "Share of the application's services that there is room for on the node, as MDM has it. Own design.",
} as const;

export const performanceProfiles = {
  greenness: 'The published profile: the node energy alone.',
  resilience: 'The named profile: nodes that fail little and have many neighbours.',
  latency: 'Own profile: the latency alone.',
  cost: 'Own profile: the price of nodes.',
  carbon: 'Own profile: the CO2 of busy cores.',
  balanced: 'Own profile: greenness, resilience, latency, load and price alike.',
} as const;

/** From the lowest to the highest: the order is the scale. */
export const securityClasses = {
  None: 'Nothing is guaranteed.',
  Low: 'Little.',
  Medium: 'Some.',
  Good: 'Much.',
  High: 'The most.',
} as const;

export const policyModes = {
  enforce: 'Placements are filtered, and pods that run against it are evicted and made anew where they may be.',
  audit: 'Nothing is kept from happening: violations are recorded.',
} as const;

export const classModes = {
  ...policyModes,
  ignore: "The classes have no effect, as in CODECO's controller, which copies them and reads them nowhere.",
} as const;

export const governances = {
  centralized: 'The hub decides everything: a cluster asks it before it places a pod, and decides nothing without it.',
  decentralized: 'There is no hub: neighbourhoods of clusters decide by bids, and each cluster for itself.',
  hybrid: 'The hub holds the desired state, neighbourhoods settle moves by bids, and each cluster places pods itself.',
} as const;

export const prioritizers = {
  Balance: 'Clusters that other applications have been given to are worse.',
  Steady: 'The cluster that an application has is better.',
  ResourceAllocatableCPU: 'Clusters with more allocatable CPU are better.',
  ResourceAllocatableMemory: 'Clusters with more allocatable memory are better.',
  'AddOn/codeco/cluster-cost':
    "Clusters whose nodes cost less by PDLC's profile are better, as of their last lease: 100 at cost 0, -100 at 1. Own design.",
} as const;

/** The prioritizer that goes by PDLC's cost of clusters. */
export const COST_PRIORITIZER = 'AddOn/codeco/cluster-cost' satisfies keyof typeof prioritizers;

export const swmSolvers = {
  scalable: 'Construction and large neighbourhood search: good placements, for groups of any size.',
  exact: 'Integer linear programming with HiGHS: the best placement, for small groups.',
} as const;

/** What may set a migration off. */
export const migrationTriggers = {
  'qos-violated': 'A channel of the application takes longer than it may between the nodes where its pods are.',
  'better-cost': 'Other nodes have cost less for some time.',
  'node-unhealthy': 'The node of a pod is not ready.',
  'user-moved': 'Requests enter elsewhere than when the application was placed last.',
  'policy-changed': 'What nodes a pod may be on has changed.',
} as const;

export const migrationStrategies = {
  live: 'The state is copied while the pod serves, and what has changed meanwhile again, until the rest is small; the pod stops for the rest alone.',
  'stop-and-copy': 'The pod stops, its state is copied, and the new pod starts with it.',
  recreate: 'A new pod is made without the state, and the old one goes when it is ready.',
} as const;

export type MigrationTriggerName = keyof typeof migrationTriggers;
export type MigrationStrategyName = keyof typeof migrationStrategies;
export const expanders = {
  'least-waste':
    "The group that leaves the least CPU and memory idle once the waiting pods are there: cluster-autoscaler's default.",
  'most-pods': 'The group that has room for the most of the pods that wait.',
  priority: 'The group with the highest priority.',
  random: 'Any group that helps, each as likely.',
} as const;

export type ExpanderName = keyof typeof expanders;

export const probeErrors = {
  lognormal: 'Lognormal: never below 0, and more often far above than far below.',
  normal: 'Normal, cut off where a time would be below 0.',
} as const;

export const learners = {
  'last-value': 'That it stays as it is: the measure of the others.',
  'holt-winters':
    'Exponential smoothing with damped trend and, where stated, a season; its parameters chosen as it goes.',
  autoregression:
    'A weighted sum of the last samples by least squares, one model for all nodes of a cluster: can be exchanged.',
} as const;

export const exchanges = {
  none: 'Each cluster learns alone.',
  hub: 'Every cluster sends its model to the hub, and the hub all models to every cluster.',
  gossip: 'Every cluster sends the models that it knows to another one, drawn at random.',
} as const;

export const placementLearners = {
  linucb:
    'Contextual bandit (Li et al. 2010): linear in the class of the node and its load, with a bonus for what is not known yet.',
  'q-learning':
    'Q-learning in a table (Watkins & Dayan 1992), by how busy the cluster is and by the class of the node.',
} as const;

export const costInputs = {
  observed: 'What was scraped last.',
  forecast: 'What is foretold of load and energy for the horizon; the rest as scraped last.',
} as const;

export type LearnerName = keyof typeof learners;
export type ExchangeName = keyof typeof exchanges;
export type PlacementLearnerName = keyof typeof placementLearners;
export type CostInputName = keyof typeof costInputs;
export type ProbeErrorName = keyof typeof probeErrors;
export type CriterionName = keyof typeof criteria;
export type PerformanceProfileName = keyof typeof performanceProfiles;
export type GovernanceName = keyof typeof governances;
export type PrioritizerName = keyof typeof prioritizers;
export type SwmSolverName = keyof typeof swmSolvers;
export type SecurityClassName = keyof typeof securityClasses;
export type PolicyModeName = keyof typeof policyModes;
export type ClassModeName = keyof typeof classModes;
export type SchedulerName = keyof typeof schedulers;
export type RetryJitterName = keyof typeof retryJitters;
export type ArrivalsName = keyof typeof arrivals;
export type DistributionName = keyof typeof distributions;
export type MobilityName = keyof typeof mobilityModels;
export type PowerCurveName = keyof typeof powerCurves;
export type NetworkModelName = keyof typeof networkModels;
export type DesignName = keyof typeof designs;
export type MessageQueueingName = keyof typeof messageQueueing;
export type TechnologyName = keyof typeof technologies;

/** Whether a node of a security class guarantees at least another one. */
export function isAsSecure(has: SecurityClassName, needs: SecurityClassName): boolean {
  const scale = namesOf(securityClasses);
  return scale.indexOf(has) >= scale.indexOf(needs);
}

/** The names of a set of choices, in the order in which they are declared. */
export function namesOf<Name extends string>(choices: Readonly<Record<Name, string>>): readonly Name[] {
  return Object.keys(choices) as Name[];
}
