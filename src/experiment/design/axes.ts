import { log, exp } from '../../kernel/index.ts';
import { tables } from '../../results/index.ts';
import { fieldAt, lastField, nearest, type Assignment, type ExperimentFile } from '../../scenario/index.ts';
import type { ParameterValue } from '../sweep-file.ts';
import { formatAmount, parseAmount, type Amount } from './amount.ts';

/** What a parameter is in one cell, and what that puts into the scenario. */
export interface Level {
  readonly value: ParameterValue;
  readonly assignments: readonly Assignment[];
}

/** A parameter that is varied. */
export interface Axis {
  readonly name: string;
  /** Its key in `vary`. */
  readonly key: string;
  /** Absent where variants set several fields. */
  readonly path?: string;
  /** Number of its values; Infinity for a range without steps, from which only points are drawn. */
  readonly count: number;
  level(index: number): Level;
  /** The value at a point of [0, 1): all values, or all parts of a range, are as likely. */
  at(point: number): Level;
  /** The level of this value as it stands in an experiment; undefined if it is none of this parameter's. */
  find(value: unknown): Level | undefined;
}

type Vary = ExperimentFile['experiment']['spec']['vary'];
type Range = Extract<Vary[string], { readonly from: unknown }>;
type Variants = Extract<Vary[string], { readonly variants: unknown }>['variants'];

/** Columns that the table of a sweep has besides those of the parameters. */
const taken = new Set(['cell', 'replication', ...Object.keys(tables.runs.columns)]);

/** The parameters of an experiment; what is wrong with them is reported. */
export function readAxes(file: ExperimentFile): Axis[] {
  const axes: Axis[] = [];
  for (const [key, written] of Object.entries(file.experiment.spec.vary)) {
    const at = ['spec', 'vary', key];
    const axis = 'variants' in written ? variants(file, key, written.variants) : field(file, key, written);
    if (axis === undefined) continue;
    const other = axes.find(({ name }) => name === axis.name);
    if (other !== undefined) {
      file.report(at, `the name ${JSON.stringify(axis.name)} is that of ${other.key} too`, {
        expected: `a name of its own: { values: [...], as: name }`,
        ofKey: true,
      });
    } else if (taken.has(axis.name)) {
      file.report(at, `the name ${JSON.stringify(axis.name)} is that of a column of the table of runs`, {
        expected: `a name of its own: { values: [...], as: name }`,
        ofKey: true,
      });
    } else axes.push(axis);
  }
  return axes;
}

function field(
  file: ExperimentFile,
  path: string,
  written: Exclude<Vary[string], { readonly variants: unknown }>,
): Axis | undefined {
  const at = ['spec', 'vary', path];
  const name = ('as' in written ? written.as : undefined) ?? lastField(path);
  if (name === undefined) {
    file.report(at, `${JSON.stringify(path)} is no path`, {
      expected: 'a path such as users[0].count, or { variants } of a name',
      ofKey: true,
    });
    return undefined;
  }
  if (path === 'seed' || path === 'spec.seed') {
    file.report(at, 'the seed cannot be varied', {
      expected: 'replications: 10, runs of each cell with different seeds',
      ofKey: true,
    });
    return undefined;
  }
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    file.report(at, `${JSON.stringify(name)} cannot be a parameter's name`, {
      expected: '{ values: [...], as: name }',
      ofKey: true,
    });
    return undefined;
  }
  const key = file.place(at).key;
  const one = (value: unknown, valuePath: readonly (string | number)[]): Level => {
    const place = file.place(valuePath);
    return {
      value: shown(value),
      assignments: [{ path, value, place: { ...place, ...(key === undefined ? {} : { key }) } }],
    };
  };
  const base = { name, key: path, path };
  if ('from' in written) return range(file, base, written, (value) => one(value, at));
  const values: readonly unknown[] = Array.isArray(written)
    ? written
    : (written as { readonly values: readonly unknown[] }).values;
  const valuesAt = Array.isArray(written) ? at : [...at, 'values'];
  const level = (index: number) => one(values[index], [...valuesAt, index]);
  return {
    ...base,
    count: values.length,
    level,
    at: (point) => level(Math.floor(point * values.length)),
    find: (value) => {
      const index = values.findIndex((known) => shown(known) === shown(value));
      return index < 0 ? undefined : level(index);
    },
  };
}

function variants(file: ExperimentFile, name: string, written: Variants): Axis | undefined {
  const at = ['spec', 'vary', name];
  const entries = Object.entries(written);
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    file.report(at, `${JSON.stringify(name)} cannot be a parameter's name`, {
      expected: "letters, digits and '_': variants have a name where single values have a path",
      ofKey: true,
    });
    return undefined;
  }
  if (entries.length === 0) {
    file.report([...at, 'variants'], 'no variant', { expected: 'at least one: { name: { path: value } }' });
    return undefined;
  }
  const level = (index: number): Level => {
    const [variant, fields] = entries[index]!;
    const assignments = Object.entries(fields).map(([path, value]) => {
      return { path, value, place: file.place([...at, 'variants', variant, path]) };
    });
    return { value: variant, assignments };
  };
  const names = entries.map(([variant]) => variant);
  return {
    name,
    key: name,
    count: entries.length,
    level,
    at: (point) => level(Math.floor(point * entries.length)),
    find: (value) => (typeof value === 'string' && names.includes(value) ? level(names.indexOf(value)) : undefined),
  };
}

/** Values from one end to the other. @param one makes a level of a value */
function range(
  file: ExperimentFile,
  base: { readonly name: string; readonly key: string; readonly path: string },
  { from, to, step, count, scale }: Range,
  one: (value: number | string) => Level,
): Axis | undefined {
  const at = ['spec', 'vary', base.key];
  const before = file.isBroken;
  const [low, high] = [readEnd(file, [...at, 'from'], from), readEnd(file, [...at, 'to'], to)];
  const distance = step === undefined ? undefined : readEnd(file, [...at, 'step'], step);
  if (low === undefined || high === undefined || (step !== undefined && distance === undefined)) return undefined;
  const refuse = (name: string, found: string, expected: string): undefined => {
    file.report([...at, name], found, { expected });
    return undefined;
  };
  const unit = low.unit === '' ? 'no unit' : low.unit;
  if (high.unit !== low.unit) return refuse('to', `in another unit than from`, `a value in ${unit}, as from is`);
  if (!(high.value > low.value)) return refuse('to', 'not above from', `more than ${String(from)}`);
  if (scale === 'log' && !(low.value > 0))
    return refuse('from', `a logarithmic range from ${String(from)}`, 'more than zero');
  if (distance !== undefined) {
    if (count !== undefined) return refuse('count', 'both step and count', 'one of them');
    if (scale === 'log') return refuse('step', 'a step of a logarithmic range', 'count: the number of its values');
    if (distance.unit !== low.unit) return refuse('step', 'in another unit than from', `a step in ${unit}`);
    if (!(distance.value > 0)) return refuse('step', 'not above zero', 'a positive step');
  }
  if (before !== file.isBroken) return undefined;
  const isWhole = fieldAt(file.template.document, base.path)?.schema.type === 'integer';
  const value = (share: number): number | string => {
    const between =
      scale === 'log'
        ? low.value * exp(share * log(high.value / low.value))
        : low.value + share * (high.value - low.value);
    const rounded = share === 0 ? low.value : share === 1 ? high.value : Number(between.toPrecision(6));
    return formatAmount({ value: isWhole ? Math.round(rounded) : rounded, unit: low.unit });
  };
  const size =
    distance === undefined ? (count ?? Infinity) : Math.floor((high.value - low.value) / distance.value + 1e-9) + 1;
  const level = (index: number) =>
    one(
      distance === undefined
        ? value(index / (size - 1))
        : formatAmount({ value: low.value + index * distance.value, unit: low.unit }),
    );
  return {
    ...base,
    count: size,
    level,
    at: (point) => (size === Infinity ? one(value(point)) : level(Math.floor(point * size))),
    find: (wanted) => {
      const amount = parseAmount(wanted);
      if (amount === undefined || amount.unit !== low.unit) return undefined;
      if (size === Infinity)
        return amount.value >= low.value && amount.value <= high.value ? one(formatAmount(amount)) : undefined;
      // the nearest of the values, if it is the same
      const share = (amount.value - low.value) / (high.value - low.value);
      const guess = distance === undefined ? share * (size - 1) : (amount.value - low.value) / distance.value;
      const candidates =
        scale === 'log' ? Array.from({ length: Math.min(size, 1_000) }, (_, index) => index) : [Math.round(guess)];
      const index = candidates.find(
        (candidate) => candidate >= 0 && candidate < size && level(candidate).value === formatAmount(amount),
      );
      return index === undefined ? undefined : level(index);
    },
  };
}

function readEnd(file: ExperimentFile, at: readonly string[], value: string | number): Amount | undefined {
  const amount = parseAmount(value);
  if (amount === undefined) {
    file.report(at, `${JSON.stringify(value)} is no amount`, {
      expected: 'a number, or a number with a unit such as 10ms',
    });
  }
  return amount;
}

/** A value of a scenario as conditions and tables have it: maps and lists as JSON. */
export function shown(value: unknown): ParameterValue {
  const isPlain =
    value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';
  return isPlain ? value : JSON.stringify(value);
}

/** The parameter that a key of `exclude`, `include` or `baseline` names: by its name, or by its path. */
export function findAxis(
  file: ExperimentFile,
  axes: readonly Axis[],
  key: string,
  at: readonly (string | number)[],
): Axis | undefined {
  const axis = axes.find(({ name, key: own }) => name === key || own === key || `spec.${own}` === key);
  if (axis === undefined) {
    const names = axes.map(({ name }) => name);
    file.report(at, `unknown parameter ${JSON.stringify(key)}`, {
      expected: names.length === 0 ? 'nothing: there are no parameters' : `one of ${names.join(', ')}`,
      nearest: () =>
        nearest(
          key,
          axes.flatMap(({ name, key: own }) => [name, own]),
        ),
      ofKey: true,
    });
  }
  return axis;
}
