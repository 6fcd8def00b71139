import { RandomStreams } from '../../kernel/index.ts';
import { ResultsError } from '../../results/index.ts';
import { CONFIDENCE, holm } from '../statistics/index.ts';
import { distributionDistance } from '../comparison/index.ts';
import { openSubject } from '../subject.ts';
import { placementAgreement, type PlacementAgreement } from './agreement.ts';
import { sampleDistance, type SampleDistance } from './distances.ts';
import { linkFidelity, type LinkFidelity } from './links.ts';
import { readFidelityRun, timeNames, type FidelityRun, type TimeName } from './observed-run.ts';

/** How one duration of the simulation compares with the cluster's. */
export interface TimeFidelity extends SampleDistance {
  readonly time: TimeName;
  /** Of both being of one distribution, after Holm's correction over all that are compared. */
  readonly adjustedPValue: number;
  /**
   * Wasserstein-1 distance of each simulated run from all others of them, ns, at most: what one run is from another though nothing
   * but the seed differs; absent with fewer than three.
   */
  readonly expectedWasserstein?: number;
  readonly verdict: string;
}

/** How true a simulation was to a real cluster. */
export interface Fidelity {
  readonly confidence: number;
  /** Their results folders. */
  readonly simulated: readonly string[];
  readonly real: readonly string[];
  readonly placement?: PlacementAgreement & { readonly verdict: string };
  /** Of those that both have. */
  readonly times: readonly TimeFidelity[];
  /** Durations that are not compared, and why. */
  readonly missing: readonly { readonly time: TimeName; readonly why: string }[];
  /** Links that replays measured before their start; none where nothing was shaped. */
  readonly links: readonly LinkFidelity[];
  /** What the replays say was not applied, or in another way. */
  readonly notApplied: readonly string[];
  /** Pooled samples, ascending, for pictures, ns. */
  readonly samples: Readonly<
    Record<TimeName, { readonly simulated: readonly number[]; readonly real: readonly number[] }>
  >;
}

/** A distance below this share of the real mean is called close. Own design. */
const CLOSE = 0.1;

/**
 * Holds simulated runs against real ones of the same scenario; which are which their manifests say.
 * @param references results folders, or cells of sweeps as FOLDER#NUMBER
 * @throws {ResultsError} if one cannot be read, or one of the two kinds is missing
 */
export async function assessFidelity(
  references: readonly string[],
  confidence: number = CONFIDENCE,
): Promise<Fidelity> {
  const runs: FidelityRun[] = [];
  for (const reference of references) {
    const { cells } = await openSubject(reference);
    if (cells.length > 1)
      throw new ResultsError(`${reference} is a sweep of ${cells.length} cells: name one of them, as ${reference}#0`);
    for (const { folder } of cells[0]!.runs) runs.push(await readFidelityRun(folder));
  }
  const simulated = runs.filter(({ isReal }) => !isReal);
  const real = runs.filter(({ isReal }) => isReal);
  for (const [kind, found] of [
    ['simulated', simulated],
    ['real', real],
  ] as const) {
    if (found.length > 0) continue;
    const which = kind === 'real' ? 'recorded by kind replay or kind observe' : 'written by run or sweep';
    throw new ResultsError(`none of ${references.join(', ')} is a ${kind} run: give at least one that was ${which}`);
  }
  const placement = placementAgreement(simulated, real, confidence);
  return {
    confidence,
    simulated: simulated.map(({ folder }) => folder),
    real: real.map(({ folder }) => folder),
    ...(placement === undefined ? {} : { placement: { ...placement, verdict: placementVerdict(placement) } }),
    ...compareTimes(simulated, real, confidence),
    links: linkFidelity(
      real.flatMap(({ manifest }) => manifest.replay?.links ?? []),
      confidence,
    ),
    notApplied: [...new Set(real.flatMap(({ manifest }) => manifest.replay?.notApplied ?? []))],
  };
}

function compareTimes(
  simulated: readonly FidelityRun[],
  real: readonly FidelityRun[],
  confidence: number,
): Pick<Fidelity, 'times' | 'missing' | 'samples'> {
  const names = Object.keys(timeNames) as TimeName[];
  const pooled = (of: readonly FidelityRun[], time: TimeName): number[] =>
    of.flatMap(({ times }) => times[time]).toSorted((a, b) => a - b);
  const samples = {} as Record<TimeName, { simulated: number[]; real: number[] }>;
  for (const time of names) samples[time] = { simulated: pooled(simulated, time), real: pooled(real, time) };
  const streams = new RandomStreams(1);
  const compared = names
    .filter((time) => samples[time].simulated.length > 0 && samples[time].real.length > 0)
    .map((time) => ({
      time,
      ...sampleDistance(samples[time].simulated, samples[time].real, streams.get(`fidelity/${time}`), confidence),
      ...expectedDistance(simulated, time),
    }));
  const adjusted = holm(compared.map(({ pValue }) => pValue));
  const times = compared.map((each, i) => {
    const found = { ...each, adjustedPValue: adjusted[i]! };
    return { ...found, verdict: timeVerdict(found, 1 - confidence) };
  });
  const missing = names.flatMap((time) => {
    const empty = (['simulated', 'real'] as const).filter((kind) => samples[time][kind].length === 0);
    return empty.length === 0 ? [] : [{ time, why: `no ${empty.join(' and no ')} run has one` }];
  });
  return { times, missing, samples };
}

function expectedDistance(
  simulated: readonly FidelityRun[],
  time: TimeName,
): Pick<TimeFidelity, 'expectedWasserstein'> {
  const runs = simulated.map(({ times }) => times[time]).filter(({ length }) => length > 0);
  if (runs.length < 3) return {};
  const distances = runs.map((own) => {
    const others = runs
      .filter((each) => each !== own)
      .flat()
      .toSorted((a, b) => a - b);
    return distributionDistance(own, others)!.wasserstein;
  });
  return { expectedWasserstein: Math.max(...distances) };
}

function placementVerdict({ value, expected }: PlacementAgreement): string {
  if (expected === undefined)
    return value === 1
      ? 'every pod is where the simulation has it, or could as well'
      : 'how much of the rest ties alone explain is not known: give at least three simulated runs of different seeds';
  return value >= expected.low
    ? 'no further from the simulation than simulated runs are from each other, whose ties fell otherwise'
    : 'further from the simulation than ties explain';
}

function timeVerdict(
  { means: [simulated, real], wasserstein, expectedWasserstein, adjustedPValue }: Omit<TimeFidelity, 'verdict'>,
  level: number,
): string {
  if (expectedWasserstein !== undefined && wasserstein.value <= expectedWasserstein)
    return 'no further from the simulation than one simulated run is from the others';
  if (adjustedPValue >= level) return 'no difference that these samples could show';
  if (wasserstein.value <= CLOSE * real)
    return `different, but close: less than ${100 * CLOSE} % of the real mean apart`;
  if (Math.abs(simulated - real) < wasserstein.value / 2)
    return 'different in shape: the means are nearer than the distributions';
  return simulated < real ? 'different: the simulation is faster' : 'different: the simulation is slower';
}
