import { nearest, type Assignment, type ExperimentFile } from '../../scenario/index.ts';
import type { ParameterValue } from '../sweep-file.ts';
import { findAxis, readAxes, shown, type Axis, type Level } from './axes.ts';
import { ExpressionError, parseExpression, type Expression } from './expression.ts';
import { pointSets } from './points.ts';
import { MOST_SOBOL_DIMENSIONS } from './sobol.ts';

/** More cells than this are refused, and more combinations are not gone through. Own design. */
const MOST_CELLS = 100_000;
const MOST_COMBINATIONS = 1_000_000;

/** One combination of the parameters. */
export interface DesignCell {
  /** Its number, from 0. */
  readonly cell: number;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly assignments: readonly Assignment[];
  /** The cell that it is compared with. */
  readonly baseline?: number;
}

/** The cells of an experiment, in the order in which they are numbered: the last parameter varies fastest. */
export interface Design {
  readonly parameters: readonly { readonly name: string; readonly path?: string }[];
  readonly cells: readonly DesignCell[];
}

type Values = Readonly<Record<string, ParameterValue>>;
type Where = readonly (string | number)[];

interface Written {
  readonly expression: Expression;
  readonly text: string;
  readonly at: Where;
}

/**
 * The cells of an experiment.
 * @throws {InputError} with all that is wrong with its parameters, conditions and design
 */
export function buildDesign(file: ExperimentFile): Design {
  const axes = readAxes(file);
  file.throwIfBroken();
  const { spec } = file.experiment;
  const names = axes.map(({ name }) => name);
  const conditions = readConditions(file, names);
  const exclusions = spec.exclude.map((written, index) =>
    readCell(file, axes, written, ['spec', 'exclude', index], true),
  );
  const inclusions = spec.include.map((written, index) =>
    readCell(file, axes, written, ['spec', 'include', index], false),
  );
  const derived = Object.entries(spec.derive).map(([path, text]) => {
    return { path, written: readExpression(file, text, names, ['spec', 'derive', path]) };
  });
  const baseline =
    spec.baseline === undefined ? undefined : readCell(file, axes, spec.baseline, ['spec', 'baseline'], true);
  const total = countPoints(file, axes);
  file.throwIfBroken();
  const cells: DesignCell[] = [];
  const common = Object.entries(spec.set).map(([path, value]): Assignment => {
    return { path, value, place: file.place(['spec', 'set', path]) };
  });
  const add = (levels: readonly (Level | undefined)[]): void => {
    const parameters = parametersOf(axes, levels);
    const assignments = [...common, ...levels.flatMap((level) => level?.assignments ?? [])];
    for (const { path, written } of derived) {
      const value = evaluate(file, written!, parameters);
      assignments.push({ path, value, place: file.place(written!.at) });
    }
    cells.push({ cell: cells.length, parameters, assignments });
  };
  for (const levels of points(file, axes, total)) {
    const parameters = parametersOf(axes, levels);
    if (!conditions.every((condition) => holds(file, condition!, parameters))) continue;
    if (exclusions.some((exclusion) => matches(exclusion!, parameters))) continue;
    if (cells.length === MOST_CELLS) tooMany(file, `more than ${MOST_CELLS} cells`);
    add(levels);
  }
  if (cells.length === 0) {
    const at = spec.where.length > 0 ? ['spec', 'where'] : ['spec', 'exclude'];
    const found = `none of the ${total} ${total === 1 ? 'combination' : 'combinations'} is left`;
    file.report(at, found, { expected: 'conditions that some combination meets' });
  }
  for (const inclusion of inclusions) add(axes.map(({ name }) => inclusion!.get(name)));
  file.throwIfBroken();
  const parameters = axes.map(({ name, path }) => ({ name, ...(path === undefined ? {} : { path }) }));
  return { parameters, cells: baseline === undefined ? cells : withBaselines(file, cells, baseline) };
}

const parametersOf = (axes: readonly Axis[], levels: readonly (Level | undefined)[]): Values =>
  Object.fromEntries(axes.map(({ name }, index) => [name, levels[index]?.value ?? null]));

/** How many points the design has before conditions; refused before anything of that size is made. */
function countPoints(file: ExperimentFile, axes: readonly Axis[]): number {
  const { kind, points: wanted } = file.experiment.spec.design;
  if (kind !== 'grid') {
    if (wanted === undefined) {
      file.report(['spec', 'design'], `no number of points`, { expected: `{ kind: ${kind}, points: 64 }` });
    }
    if (axes.length === 0)
      file.report(['spec', 'vary'], 'no parameter', { expected: 'at least one, for points to be drawn of' });
    if (kind === 'sobol' && axes.length > MOST_SOBOL_DIMENSIONS) {
      file.report(['spec', 'design', 'kind'], `a sobol design of ${axes.length} parameters`, {
        expected: `at most ${MOST_SOBOL_DIMENSIONS} parameters, or a latin-hypercube`,
      });
    }
    return wanted ?? 0;
  }
  if (wanted !== undefined) {
    file.report(['spec', 'design', 'points'], 'a number of points for a grid', {
      expected: 'a kind that draws points: random, latin-hypercube or sobol',
    });
  }
  let total = 1n;
  for (const { key, count } of axes) {
    if (count !== Infinity) total *= BigInt(count);
    else
      file.report(['spec', 'vary', key], 'a range without step and count in a grid', {
        expected: '{ from, to, step } or { from, to, count }',
      });
  }
  if (total > MOST_COMBINATIONS) tooMany(file, `${total} combinations`);
  return Number(total);
}

function tooMany(file: ExperimentFile, found: string): never {
  file.report(['spec', 'vary'], found, {
    expected: `at most ${MOST_COMBINATIONS} combinations and ${MOST_CELLS} cells; a design of kind sobol fills the space with fewer`,
    ofKey: true,
  });
  file.throwIfBroken();
  throw new Error('a problem has not been thrown');
}

/** The points of the design, each as a level for every parameter. */
function* points(file: ExperimentFile, axes: readonly Axis[], total: number): Generator<readonly Level[]> {
  const { kind, seed } = file.experiment.spec.design;
  if (kind !== 'grid') {
    const names = axes.map(({ name }) => name);
    const columns = pointSets[kind](names, total, seed);
    for (let point = 0; point < total; point++) yield axes.map((axis, index) => axis.at(columns[index]![point]!));
    return;
  }
  const levels = axes.map((axis) => Array.from({ length: axis.count }, (_, index) => axis.level(index)));
  const at = axes.map(() => 0);
  for (let point = 0; point < total; point++) {
    yield levels.map((own, index) => own[at[index]!]!);
    for (let index = axes.length - 1; index >= 0 && ++at[index]! === levels[index]!.length; index--) at[index] = 0;
  }
}

function readConditions(file: ExperimentFile, names: readonly string[]): (Written | undefined)[] {
  const { where } = file.experiment.spec;
  return typeof where === 'string'
    ? [readExpression(file, where, names, ['spec', 'where'])]
    : where.map((text, index) => readExpression(file, text, names, ['spec', 'where', index]));
}

function readExpression(file: ExperimentFile, text: string, names: readonly string[], at: Where): Written | undefined {
  try {
    return { expression: parseExpression(text, names), text, at };
  } catch (error) {
    reportExpression(file, error, text, at, '');
    return undefined;
  }
}

function evaluate(file: ExperimentFile, { expression, text, at }: Written, parameters: Values): ParameterValue {
  try {
    return expression.evaluate(parameters);
  } catch (error) {
    reportExpression(file, error, text, at, ` for ${describeParameters(parameters)}`);
    file.throwIfBroken();
    throw error;
  }
}

function holds(file: ExperimentFile, condition: Written, parameters: Values): boolean {
  const value = evaluate(file, condition, parameters);
  if (typeof value === 'boolean') return value;
  file.report(condition.at, `${JSON.stringify(value)}, neither true nor false`, {
    expected: 'a condition such as count < 100',
  });
  file.throwIfBroken();
  return false;
}

function reportExpression(file: ExperimentFile, error: unknown, text: string, at: Where, where: string): void {
  if (!(error instanceof ExpressionError)) throw error;
  const { message, start, end, expected, nearest: near } = error;
  file.report(at, message + where, {
    within: { text, start, end },
    ...(expected === undefined ? {} : { expected }),
    nearest: () => near,
  });
}

/** Parameters as a person reads them: `scheduler=spread, count=3`. */
export const describeParameters = (parameters: Values): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${value === null ? '(as in the scenario)' : String(value)}`)
    .join(', ') || 'the scenario as it is';

/**
 * Values of some parameters, as `exclude`, `include` and `baseline` state them.
 * @param isOfDesign whether they must be values of the design
 */
function readCell(
  file: ExperimentFile,
  axes: readonly Axis[],
  written: Readonly<Record<string, unknown>>,
  at: Where,
  isOfDesign: boolean,
): ReadonlyMap<string, Level> {
  const levels = new Map<string, Level>();
  if (Object.keys(written).length === 0 && isOfDesign)
    file.report(at, 'no parameter', { expected: 'at least one with its value' });
  for (const [key, value] of Object.entries(written)) {
    const axis = findAxis(file, axes, key, [...at, key]);
    if (axis === undefined) continue;
    const level =
      axis.find(value) ??
      (isOfDesign || axis.path === undefined ? undefined : other(file, axis.path, value, [...at, key]));
    if (level !== undefined) levels.set(axis.name, level);
    else reportValue(file, axis, value, [...at, key]);
  }
  return levels;
}

/** A value that the parameter has in no other cell. */
function other(file: ExperimentFile, path: string, value: unknown, at: Where): Level {
  return { value: shown(value), assignments: [{ path, value, place: file.place(at) }] };
}

function reportValue(file: ExperimentFile, axis: Axis, value: unknown, at: Where): void {
  const few = Math.min(axis.count, 20);
  const known =
    axis.count === Infinity ? [] : Array.from({ length: few }, (_, index) => String(axis.level(index).value));
  file.report(at, `${JSON.stringify(value)} is no value of ${axis.name}`, {
    expected:
      known.length === 0
        ? `a value in the range of ${axis.key}`
        : `one of ${known.join(', ')}${few < axis.count ? ', ...' : ''}`,
    nearest: () => nearest(String(value), known),
  });
}

function matches(wanted: ReadonlyMap<string, Level>, parameters: Values): boolean {
  for (const [name, { value }] of wanted) if (parameters[name] !== value) return false;
  return true;
}

/** Tells each cell the one that has the baseline's values, and its own in every other parameter. */
function withBaselines(
  file: ExperimentFile,
  cells: readonly DesignCell[],
  wanted: ReadonlyMap<string, Level>,
): DesignCell[] {
  const byParameters = new Map<string, number>();
  // of equal cells the first
  for (const { cell, parameters } of cells.toReversed()) byParameters.set(JSON.stringify(parameters), cell);
  const values = Object.fromEntries([...wanted].map(([name, { value }]) => [name, value]));
  const result = cells.map((cell) => {
    const baseline = byParameters.get(JSON.stringify({ ...cell.parameters, ...values }));
    return baseline === undefined || matches(wanted, cell.parameters) ? cell : { ...cell, baseline };
  });
  if (!cells.some(({ parameters }) => matches(wanted, parameters))) {
    file.report(['spec', 'baseline'], 'no cell has these values', { expected: 'values of a cell that is run' });
    file.throwIfBroken();
  }
  return result;
}
