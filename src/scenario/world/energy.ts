import type { Nanoseconds } from '../../kernel/index.ts';
import {
  parseCarbonIntensity,
  parseEnergy,
  parseEnergyPerBit,
  parsePower,
  parsePricePerKwh,
  parseShare,
  type Cluster,
  type EnergySupply,
  type Joules,
  type LinkPower,
  type NodePower,
  type Region,
  type StepSeries,
  type Watts,
} from '../../model/index.ts';
import type { Scenario } from '../schema/index.ts';
import { isMap, type Path } from '../source.ts';
import { Names, type Build } from './build.ts';
import { readStepTable } from './step-table.ts';

type WrittenInfrastructure = Scenario['spec']['infrastructure'];
type WrittenClass = WrittenInfrastructure['nodeClasses'][string];
type WrittenSupply = NonNullable<WrittenClass['supply']>;
type WrittenLinkPower = NonNullable<WrittenInfrastructure['links'][number]['power']>;
type WrittenSeries<Value> = { readonly hourly: readonly Value[] } | { readonly file: string };

const HOUR_NS = 3_600_000_000_000;
const HOURS = 24;
const MIN_CAPACITY_J = 3_600;
const MIN_RETURN = 0.01;
/** The largest figures that a table may hold: far above anything real. Own design. */
const MOST_G_PER_KWH = 1e6;
const MOST_PRICE_PER_KWH = 1e6;

/** What is wrong with the power of a node class is reported. */
export function checkNodePower(build: Build, power: WrittenClass['power'], path: Path): void {
  if (power.curve !== 'measured') {
    if (power.points !== undefined) {
      build.problem([...path, 'points'], `points beside the curve ${power.curve}`, { expected: 'curve: measured' });
    }
    if (parsePower(power.peak) < parsePower(power.idle)) {
      build.problem(path, 'a peak below idle', { expected: `a peak of at least ${power.idle}` });
    }
    return;
  }
  if (power.points === undefined) {
    build.problem(path, '"points" is missing', { expected: 'points such as [{ utilization: 0, power: 60W }, ...]' });
    return;
  }
  const shares = power.points.map(({ utilization }) => parseShare(utilization));
  for (const [index, share] of shares.entries()) {
    const before = shares[index - 1];
    if (before !== undefined && share <= before) {
      build.problem([...path, 'points', index, 'utilization'], 'not above that of the point before', {
        expected: 'points in ascending order of utilisation',
      });
      return;
    }
  }
  if (shares[0] !== 0) {
    build.problem([...path, 'points', 0, 'utilization'], 'the first point is not idle', { expected: 'utilization: 0' });
  }
  if (shares.at(-1) !== 1) {
    const last = shares.length - 1;
    build.problem([...path, 'points', last, 'utilization'], 'the last point is not the peak', {
      expected: 'utilization: 1',
    });
  }
}

/** The power of a node class that has been checked. */
export function readNodePower({ curve, idle, peak, points }: WrittenClass['power']): NodePower {
  if (curve === 'measured') {
    const read = points!.map(({ utilization, power }) => ({
      share: parseShare(utilization),
      powerW: parsePower(power),
    }));
    return { idleW: read[0]!.powerW, peakW: read.at(-1)!.powerW, curve, points: read };
  }
  const ends = { idleW: parsePower(idle), peakW: parsePower(peak) };
  return curve === 'linear' ? ends : { ...ends, curve };
}

/** The supply of a node class; what is wrong with it is reported, and then the result is undefined. */
export function readSupply(build: Build, written: WrittenSupply, path: Path): EnergySupply | undefined {
  const { mains, battery, solar } = written;
  if (!mains && battery === undefined) {
    build.problem(path, 'neither mains nor a battery', { expected: 'a battery such as { capacity: 500Wh }' });
    return undefined;
  }
  const solarW =
    solar === undefined
      ? undefined
      : scaled(
          readSeries(build, solar.profile, [...path, 'solar', 'profile'], 'share', 1, (value) => parseShare(value)),
          parsePower(solar.peak),
        );
  const store = battery && readBattery(build, battery, [...path, 'battery']);
  return {
    mains,
    ...(store === undefined ? {} : { battery: store }),
    ...(solarW === undefined ? {} : { solarW }),
  };
}

function readBattery(build: Build, written: NonNullable<WrittenSupply['battery']>, path: Path) {
  const capacityJ = parseEnergy(written.capacity);
  const efficiency = parseShare(written.efficiency);
  const returnAt = parseShare(written.returnAt);
  if (capacityJ < MIN_CAPACITY_J) {
    build.problem([...path, 'capacity'], 'less than 1Wh', { expected: 'a capacity such as 500Wh' });
  }
  if (efficiency === 0) {
    build.problem([...path, 'efficiency'], 'a battery that gives nothing back', { expected: 'a share such as 95%' });
  }
  if (returnAt < MIN_RETURN) {
    build.problem([...path, 'returnAt'], 'below 1%: the node would come back only to go down again', {
      expected: 'a share such as 10%',
    });
  }
  return {
    capacityJ,
    initialJ: (capacityJ * parseShare(written.initial)) as Joules,
    maxChargeW: (written.maxCharge === undefined ? Number.MAX_VALUE : parsePower(written.maxCharge)) as Watts,
    efficiency,
    returnJ: (capacityJ * returnAt) as Joules,
  };
}

function readLinkPower({ idle, perBit }: WrittenLinkPower): LinkPower {
  return { idleW: parsePower(idle), perBitJ: parseEnergyPerBit(perBit) };
}

/** The field `power` of a link, where there is one. */
export function linkPowerField(written: WrittenLinkPower | undefined): { readonly power?: LinkPower } {
  return written === undefined ? {} : { power: readLinkPower(written) };
}

/** The regions; one that no cluster is in is reported. */
export function readRegions(build: Build, clusters: readonly Cluster[], isComplete: boolean): Region[] {
  const path = ['spec', 'infrastructure', 'regions'];
  const written = build.scenario.spec.infrastructure.regions;
  const regions: Region[] = [];
  if (!isMap(written)) return regions;
  const providers = new Names<true>('provider');
  providers.complete = isComplete;
  for (const { provider } of clusters) providers.entries.set(provider, { entry: true, path: [] });
  for (const [name, region] of Object.entries(written)) {
    const at = [...path, name];
    if (build.isBroken(...at)) continue;
    build.resolve(providers, name, at);
    const { carbonIntensity, energyPrice } = region;
    regions.push({
      name,
      carbonGPerKwh: readSeries(
        build,
        carbonIntensity,
        [...at, 'carbonIntensity'],
        'g_per_kwh',
        MOST_G_PER_KWH,
        parseCarbonIntensity,
      ),
      pricePerKwh: readSeries(
        build,
        energyPrice,
        [...at, 'energyPrice'],
        'price_per_kwh',
        MOST_PRICE_PER_KWH,
        parsePricePerKwh,
      ),
    });
  }
  return regions;
}

/** A quantity over time; 0 where something is wrong with it, which is reported. */
export function readSeries<Value extends string | number>(
  build: Build,
  written: Value | WrittenSeries<Value>,
  path: Path,
  column: string,
  mostValue: number,
  parse: (value: Value) => number,
): StepSeries {
  const nothing: StepSeries = { startsNs: [0 as Nanoseconds], values: [0] };
  if (typeof written !== 'object') return { ...nothing, values: [parse(written)] };
  if ('file' in written) {
    return readStepTable(build, written.file, [...path, 'file'], column, mostValue) ?? nothing;
  }
  if (written.hourly.length !== HOURS) {
    build.problem([...path, 'hourly'], `${written.hourly.length} values`, {
      expected: '24, one for each hour of a day',
    });
    return nothing;
  }
  return {
    startsNs: written.hourly.map((_, hour) => (hour * HOUR_NS) as Nanoseconds),
    values: written.hourly.map(parse),
    periodNs: (HOURS * HOUR_NS) as Nanoseconds,
  };
}

function scaled(series: StepSeries, by: number): StepSeries {
  return { ...series, values: series.values.map((value) => value * by) };
}
