/**
 * The measures of a run by the names that expectations and comparisons use, each a column of the table `runs`. A new
 * measure is one line here.
 */
export interface Measure {
  /** Its column in the table `runs`. */
  readonly column: string;
  /** Its unit there; null: a count, or a price in the scenario's currency. */
  readonly unit: 'ns' | 'J' | 'g' | null;
  /** Which way is worse; `neither` where more is only different. */
  readonly worse: 'higher' | 'lower' | 'neither';
  readonly description: string;
}

const latency = (column: string, description: string): Measure => ({
  column,
  unit: 'ns',
  worse: 'higher',
  description,
});
const count = (column: string, worse: Measure['worse'], description: string): Measure => ({
  column,
  unit: null,
  worse,
  description,
});

export const measures = {
  'requests.sent': count('requests_sent', 'neither', 'Requests issued after the warm-up.'),
  'requests.succeeded': count('requests_succeeded', 'lower', 'Of these, answered.'),
  'requests.failed': count('requests_failed', 'higher', 'Of these, failed.'),
  'requests.retries': count('retries', 'higher', 'Attempts beyond the first ones, of calls too.'),
  'requests.timeouts': count('timeouts', 'higher', 'Attempts that were given up after their timeout.'),
  'requests.overloaded': count('overloaded', 'higher', 'Attempts that a pod with a full queue refused.'),
  'requests.latency.mean': latency('latency_mean_ns', 'Mean latency of the answered requests.'),
  'requests.latency.p50': latency('latency_p50_ns', 'Median latency of the answered requests.'),
  'requests.latency.p95': latency('latency_p95_ns', '95th percentile of their latency.'),
  'requests.latency.p99': latency('latency_p99_ns', '99th percentile of their latency.'),
  'requests.latency.max': latency('latency_max_ns', 'Their highest latency.'),
  'energy.nodes': { column: 'energy_j', unit: 'J', worse: 'higher', description: 'Energy of all nodes.' },
  'energy.network': {
    column: 'network_energy_j',
    unit: 'J',
    worse: 'higher',
    description: 'Energy of all links and access points.',
  },
  carbon: {
    column: 'carbon_g',
    unit: 'g',
    worse: 'higher',
    description: 'CO2 equivalent of all energy from the mains.',
  },
  cost: count('cost', 'higher', "Price of energy, node hours and traffic, in the scenario's currency."),
  'batteries.depletions': count('battery_depletions', 'higher', 'How often an empty battery took a node down.'),
  'pods.created': count('pods_created', 'neither', 'Pods created.'),
  'pods.unschedulable': count('pods_unschedulable', 'higher', 'Pods that had no place at the end.'),
  'movement.handovers': count('handovers', 'neither', 'Changes of access point.'),
  'movement.pingPongs': count('ping_pongs', 'higher', 'Handovers straight back within a second.'),
  'movement.outageHandovers': count('outage_handovers', 'neither', 'Handovers away from an access point out of order.'),
  'movement.coverageLosses': count('coverage_losses', 'higher', 'How often coverage was lost.'),
  'movement.uncovered': {
    column: 'uncovered_ns',
    unit: 'ns',
    worse: 'higher',
    description: 'Time out of coverage, summed over users and nodes on radio.',
  },
  migrations: count('migrations', 'neither', 'Pods that were moved, or began to be.'),
  'migrations.downtime': {
    column: 'migration_downtime_ns',
    unit: 'ns',
    worse: 'higher',
    description: 'Downtime of their moves, summed.',
  },
  'policies.violations': count('policy_violations', 'higher', 'Violations of policies that began.'),
  'policies.violationTime': {
    column: 'policy_violation_ns',
    unit: 'ns',
    worse: 'higher',
    description: 'Their time, summed: two at a time count twice.',
  },
  'federation.messages': count('federation_messages', 'higher', 'Messages between clusters of a federation.'),
  'federation.decisionTime': {
    column: 'federation_decision_mean_ns',
    unit: 'ns',
    worse: 'higher',
    description: 'Mean time of a choice of a cluster, or of a leave to place a pod.',
  },
  'federation.duplicates': count('duplicates', 'higher', 'How often two clusters came to run the same application.'),
  'federation.duplicateTime': {
    column: 'duplicate_ns',
    unit: 'ns',
    worse: 'higher',
    description: 'Time that they did, summed over applications.',
  },
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof measures;

export const measureNames = Object.keys(measures) as MeasureName[];

/** The measure of a name, or of its column in `runs`. */
export function measureNamed(name: string): MeasureName | undefined {
  if (Object.hasOwn(measures, name)) return name as MeasureName;
  return measureNames.find((other) => measures[other].column === name);
}

/** A measure, or one as a share of another: what can be estimated from a run. */
export interface Quotient {
  readonly numerator: MeasureName;
  readonly denominator?: MeasureName;
}

/** The share of failed requests. */
export const FAILED_SHARE: Quotient = { numerator: 'requests.failed', denominator: 'requests.sent' };

/** As it is written: `requests.failed / requests.sent`. */
export function quotientText({ numerator, denominator }: Quotient): string {
  return denominator === undefined ? numerator : `${numerator} / ${denominator}`;
}

/** Why a text is no measure; `nearest` is left to the reader's dictionary. */
export class MeasureError extends RangeError {
  /** The word that is no measure's name. */
  readonly word: string;

  constructor(word: string) {
    super(word === '' ? 'no measure' : `unknown measure "${word}"`);
    this.word = word;
  }
}

/**
 * Reads `requests.latency.p95`, or a quotient such as `requests.failed / requests.sent`.
 * @throws {MeasureError}
 */
export function parseQuotient(text: string): Quotient {
  const parts = text.split('/').map((part) => part.trim());
  const named = parts.map((part) => {
    const name = measureNamed(part);
    if (name === undefined) throw new MeasureError(part);
    return name;
  });
  if (named.length > 2) throw new MeasureError(text);
  return named.length === 1 ? { numerator: named[0]! } : { numerator: named[0]!, denominator: named[1]! };
}

/** The value of a measure or quotient of a run; undefined where the run has none, as latency without an answer. */
export function valueOf(
  { numerator, denominator }: Quotient,
  run: Readonly<Record<string, unknown>>,
): number | undefined {
  const cell = (name: MeasureName) => {
    const value = run[measures[name].column];
    return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
  };
  const over = cell(numerator);
  if (denominator === undefined || over === undefined) return over;
  const under = cell(denominator);
  return under === undefined || under === 0 ? undefined : over / under;
}
