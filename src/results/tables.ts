import {
  bool,
  dictionary,
  float64,
  int32,
  optional,
  utf8,
  type Columns,
  type Row,
  type TableDefinition,
} from './columns.ts';

/** Rows of a batch where there are many rows, and where there are few: a batch of requests takes 6 MB of memory. */
const MANY = 65_536;
const FEW = 4_096;

function table<C extends Columns>(rowsPerBatch: number, description: string, columns: C): TableDefinition<C> {
  return { description, columns, rowsPerBatch };
}

/** The tables of a run. A new column is one line here; the order is the order in the files. */
export const tables = {
  requests: table(MANY, 'One request of a user, followed end to end.', {
    request: int32('number of the request, in the order of issue'),
    issued_ns: float64('ns', 'when the user sent it'),
    completed_ns: optional(float64('ns', 'when the user had the response; null when it failed or was under way at the end')),
    latency_ns: optional(float64('ns', 'from issue to response')),
    network_ns: optional(float64('ns', 'of the latency, the time in the network')),
    queue_ns: optional(float64('ns', 'of the latency, the time spent waiting at pods')),
    cpu_ns: optional(float64('ns', 'of the latency, the time being computed, shared cores included')),
    app: dictionary('app', 'application that it entered'),
    service: dictionary('service', 'service that it entered at'),
    user: dictionary('user', 'who sent it'),
    access_point: optional(dictionary('access_point', 'where the user was attached; null when out of range')),
    pod: optional(dictionary('pod', 'pod of the entry service that served it; null when none did')),
    node: optional(dictionary('node', 'node of that pod')),
    cluster: optional(dictionary('cluster', 'cluster of that node')),
    outcome: dictionary('outcome', 'how it ended'),
    warmup: bool('issued during the warm-up, and left out of the summary measures'),
  }),
  pods: table(FEW, "One pod's life.", {
    pod: dictionary('pod', 'name of the pod'),
    app: dictionary('app', 'application that it belongs to'),
    service: dictionary('service', 'service that it is a replica of'),
    cluster: optional(dictionary('cluster', 'cluster that it was placed in; null when it never was')),
    node: optional(dictionary('node', 'node that it was bound to; null when it never was')),
    created_ns: float64('ns', 'when it was created'),
    scheduled_ns: optional(float64('ns', 'when it was bound to its node')),
    sandbox_ns: optional(float64('ns', 'when its sandbox was there, and its images were asked for; null where the scenario states none of them')),
    pulled_ns: optional(float64('ns', 'when the images of all its containers were there')),
    started_ns: optional(float64('ns', 'when its container started')),
    ready_ns: optional(float64('ns', 'when it first was ready')),
    gone_ns: optional(float64('ns', 'when it was gone; null when it still was there at the end')),
    waiting: optional(dictionary('waiting_reason', 'why its containers waited at the end of the run or of the pod, such as ImagePullBackOff; null where they did not')),
    reason: optional(dictionary('gone_reason', 'why it is gone')),
  }),
  decisions: table(FEW, 'One placement decision.', {
    decision: int32('number of the decision, in the order of time'),
    time_ns: float64('ns', 'when it was taken'),
    scheduler: dictionary('scheduler', 'who took it'),
    pod: dictionary('pod', 'pod that was to be placed'),
    app: dictionary('app', 'application of the pod'),
    attempt: int32('1 for the first attempt to place this pod'),
    considered_nodes: int32('nodes that were looked at'),
    feasible_nodes: int32('nodes that passed every filter'),
    node: optional(dictionary('node', 'the choice; null when the pod could not be placed')),
    tie_set: utf8('nodes that shared the best score, joined with commas'),
    value: optional(float64(null, "what the scheduler compared nodes by first, of the choice: kube-scheduler's total score, lowest-latency's latency in ns, the share of room left, the number of like pods")),
    message: optional(utf8('why the pod could not be placed')),
    nominated_node: optional(dictionary('node', 'where pods of lower priority are evicted for it')),
    view_age_ns: float64('ns', "age of the oldest thing that the decision's view of the world relied on"),
  }),
  verdicts: table(MANY, 'What one plugin said of one node in one decision.', {
    decision: int32('number of the decision'),
    node: dictionary('node', 'node that was judged'),
    plugin: dictionary('plugin', 'filter or score that judged it; a baseline is one plugin of its own name'),
    verdict: dictionary('verdict', 'passed, refused or scored'),
    reason: optional(dictionary('verdict_reason', 'why it was refused')),
    raw_score: optional(float64(null, "the plugin's own score")),
    normalized_score: optional(float64(null, 'the score on the scale that all plugins share')),
    weight: optional(float64(null, 'weight of the plugin')),
    weighted_score: optional(float64(null, 'normalised score times weight')),
  }),
  nodes: table(16_384, 'One node over one sampling interval.', {
    time_ns: float64('ns', 'end of the interval'),
    node: dictionary('node', 'name of the node'),
    cluster: dictionary('cluster', 'cluster of the node'),
    state: dictionary('node_state', 'state at the end of the interval'),
    cpu_utilization: float64(null, 'mean share of the CPU that was in use, 0 to 1'),
    pods: int32('pods bound to it at the end of the interval'),
    cpu_requested_millicores: float64('millicores', 'CPU requested by its pods at the end of the interval'),
    memory_requested_bytes: float64('bytes', 'memory requested by its pods at the end of the interval'),
    power_w: float64('W', 'mean power'),
    energy_j: float64('J', 'energy used in the interval'),
    mains_j: float64('J', 'energy drawn from the mains in the interval'),
    solar_j: float64('J', 'energy from its solar panel, used or stored in the interval'),
    battery_j: optional(float64('J', 'energy in its battery at the end of the interval; null without one')),
    carbon_g: float64('g', 'CO2 equivalent of its energy from the mains in the interval'),
    interval_ns: float64('ns', 'length of the interval'),
  }),
  attribution: table(64, 'What one application caused over the whole run, and what the infrastructure cost on its own.', {
    app: optional(dictionary('app', 'application; null: the infrastructure itself, idle power and unused hours')),
    node_energy_j: float64('J', "nodes' energy above idle, by the CPU time that it used there"),
    network_energy_j: float64('J', 'energy of carrying bits, by the bytes of the requests that it took in'),
    carbon_g: float64('g', 'CO2 equivalent of the energy from the mains, in proportion to the energy'),
    cost: float64(null, "price of energy, node hours and traffic, in the scenario's currency"),
  }),
  links: table(16_384, 'One direction of a link over one sampling interval.', {
    time_ns: float64('ns', 'end of the interval'),
    link: dictionary('link', 'name of the link or access point'),
    from: optional(dictionary('vertex', 'where this direction of the link begins; null for an access point')),
    to: optional(dictionary('vertex', 'where it ends; null for an access point')),
    direction: dictionary('direction', 'which way'),
    state: dictionary('link_state', 'state at the end of the interval'),
    carried_bytes: float64('bytes', 'bytes carried in the interval'),
    throughput_bps: float64('bit/s', 'mean throughput'),
    utilization: float64(null, 'mean share of the capacity that was in use, 0 to 1'),
    energy_j: float64('J', 'energy of this direction in the interval: of carrying, and half of the idle energy'),
    interval_ns: float64('ns', 'length of the interval'),
  }),
  movement: table(FEW, 'One association of a user, or of a node on radio, with an access point, or the loss of it.', {
    time_ns: float64('ns', 'when'),
    user: optional(dictionary('user', 'who; null for a node')),
    node: optional(dictionary('node', 'which node on radio; null for a user')),
    event: dictionary('movement_event', 'attached, handover or out-of-range'),
    cause: optional(dictionary('movement_cause', 'of a handover or loss: nearer, left-range, outage or absent')),
    access_point: optional(dictionary('access_point', 'access point that it is attached to from now on')),
    x_m: float64('m', "position in the scenario's plane"),
    y_m: float64('m', "position in the scenario's plane"),
  }),
  faults: table(FEW, 'One effect of a fault that begins or ends.', {
    time_ns: float64('ns', 'when'),
    kind: dictionary('fault_kind', 'crash, cut, slow, degrade or access-point'),
    target: dictionary('fault_target', 'node, link or access point'),
    event: dictionary('fault_event', 'begin or end'),
  }),
  data: table(FEW, 'What the requests of one service read from one dataset, or wrote to it, over the whole run.', {
    dataset: dictionary('dataset', 'name of the dataset'),
    app: dictionary('app', 'application of the service'),
    service: dictionary('service', 'service that reads or writes'),
    reads: float64(null, 'reads that were answered'),
    writes: float64(null, 'writes that arrived'),
    failed: float64(null, 'reads and writes that found no way, or were lost'),
    bytes: float64('bytes', 'bytes read or written'),
    mean_age_ns: optional(float64('ns', 'mean age of what was read, when it arrived; null without reads')),
    max_age_ns: optional(float64('ns', 'highest age of what was read')),
  }),
  replicas: table(FEW, 'One copy of a dataset over the whole run.', {
    dataset: dictionary('dataset', 'name of the dataset'),
    place: dictionary('place', 'node or cluster where it is'),
    role: dictionary('replica_role', 'primary or replica'),
    versions: float64(null, 'newer versions that it has received'),
    mean_age_ns: float64('ns', 'age of what it held, averaged over time'),
    replication_bytes: float64('bytes', 'bytes sent to it to replicate'),
    lost_versions: float64(null, 'transfers to it that found no way, or were lost'),
  }),
  runs: table(32, 'The run itself: what it was, and its summary measures.', {
    run: utf8('name of the scenario'),
    scenario_hash: utf8('hash of the resolved scenario'),
    seed: float64(null, 'seed of all random streams'),
    version: utf8('version of the simulator'),
    digest: utf8('digest over every event and every row: equal digests, equal runs'),
    duration_ns: float64('ns', 'simulated time'),
    warmup_ns: float64('ns', 'time at the start that the measures leave out'),
    events: float64(null, 'events that were simulated'),
    requests_sent: float64(null, 'requests issued after the warm-up'),
    requests_succeeded: float64(null, 'of these, answered'),
    requests_failed: float64(null, 'of these, failed'),
    latency_mean_ns: optional(float64('ns', 'mean latency of the answered; null when there is none')),
    latency_p50_ns: optional(float64('ns', 'median latency; percentiles are within 0.1 % of the exact ones')),
    latency_p95_ns: optional(float64('ns', '95th percentile of latency')),
    latency_p99_ns: optional(float64('ns', '99th percentile of latency')),
    latency_max_ns: optional(float64('ns', 'highest latency')),
    energy_j: float64('J', 'energy of all nodes over the whole run'),
    network_energy_j: float64('J', 'energy of all links and access points over the whole run'),
    carbon_g: float64('g', 'CO2 equivalent of all energy from the mains over the whole run'),
    cost: float64(null, "price of energy, node hours and traffic over the whole run, in the scenario's currency"),
    battery_depletions: float64(null, 'how often an empty battery took a node down'),
    pods_created: float64(null, 'pods created over the whole run'),
    pods_unschedulable: float64(null, 'pods that had no place at the end'),
    handovers: float64(null, 'changes of access point over the whole run'),
    ping_pongs: float64(null, 'handovers straight back to the access point before, after less than 1 s (3GPP TR 36.839)'),
    outage_handovers: float64(null, 'handovers away from an access point that went out of order'),
    coverage_losses: float64(null, 'how often a user or node was detached with no access point to go to'),
    uncovered_ns: float64('ns', 'time out of coverage, summed over users and nodes on radio that were there'),
  }),
} as const;

export type Tables = typeof tables;
export type TableName = keyof Tables;

type AnyColumn = { [T in TableName]: Tables[T]['columns'][keyof Tables[T]['columns']] }[TableName];
/** Names of the dictionaries: entities (`node`, `pod`) and small closed sets (`outcome`, `verdict`). */
export type Domain = Extract<AnyColumn, { kind: 'dictionary' }>['domain'];

/** The columns of `runs` that the caller of `Recorder.close` fills in; the recorder knows the others. */
export type RunMeasures = Omit<
  Row<Tables['runs']['columns']>,
  'run' | 'scenario_hash' | 'seed' | 'version' | 'digest' | 'events'
>;

export const tableNames = Object.keys(tables) as TableName[];
