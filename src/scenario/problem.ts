import type { TraceError } from '../traces/index.ts';
import { formatPath, type Mark, type Path } from './source.ts';

/** Something wrong (or doubtful) with an input, and where. */
export interface Problem {
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1, in UTF-16 code units as editors count. */
  readonly column?: number;
  /** How much of the line is meant. */
  readonly width?: number;
  readonly lineText?: string;
  /** Where in the document: `spec.links[0].bandwidth`. */
  readonly path?: string;
  readonly found: string;
  readonly expected?: string;
  readonly nearest?: string;
}

/** An input that cannot be used; its message tells all that is wrong with it. */
export class InputError extends Error {
  readonly problems: readonly Problem[];
  /** How many more there are than `problems` tells. */
  readonly more: number;

  constructor(problems: readonly Problem[], more = 0) {
    const rest = more > 0 ? [`... and ${more} more problems`] : [];
    super([...problems.map(formatProblem), ...rest].join('\n\n'));
    this.name = 'InputError';
    this.problems = problems;
    this.more = more;
  }
}

const MOST_PROBLEMS = 100;
const GUTTER = 6;
const WINDOW = 110;
const LONGEST_UNDERLINE = 40;

/** A problem as people read it: place, path, the line with what is meant underlined, what was expected. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, path } = problem;
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const indent = ' '.repeat(GUTTER);
  const lines = [[place, path].filter(Boolean).join('  ') || 'input'];
  if (problem.lineText !== undefined && line !== undefined && column !== undefined) {
    const { shown, from, width } = clip(problem.lineText, column - 1, problem.width ?? 1);
    lines.push(`${String(line).padStart(GUTTER - 1)} | ${shown}`);
    lines.push(`${indent}| ${' '.repeat(from)}${'^'.repeat(width)} ${printable(problem.found)}`);
  } else lines.push(`${indent}${printable(problem.found)}`);
  if (problem.expected !== undefined) lines.push(`${indent}expected ${printable(problem.expected)}`);
  if (problem.nearest !== undefined) lines.push(`${indent}did you mean ${printable(problem.nearest)}?`);
  return lines.map((text) => text.trimEnd()).join('\n');
}

/** A long line is shown in part, around what is meant. */
function clip(lineText: string, at: number, wanted: number): { shown: string; from: number; width: number } {
  const text = printable(lineText);
  const start = text.length <= WINDOW ? 0 : Math.max(0, Math.min(at - 40, text.length - WINDOW));
  const end = Math.min(text.length, start + WINDOW);
  const before = start > 0 ? '...' : '';
  const from = before.length + at - start;
  const width = Math.max(1, Math.min(wanted, end - at, LONGEST_UNDERLINE));
  return { shown: before + text.slice(start, end) + (end < text.length ? '...' : ''), from, width };
}

/** Control characters would move the caret, or the terminal's cursor. */
function printable(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (c) =>
    c === '\t' ? ' ' : '\ufffd',
  );
}

interface Details {
  readonly expected?: string | undefined;
  /** Asked only while few problems are known: looking for the nearest name costs. */
  readonly nearest?: (() => string | undefined) | undefined;
}

/** Gathers problems, so that a reader hears of all of them at once. */
export class ProblemList {
  readonly #problems: Problem[] = [];
  readonly #files = new Map<string, number>();
  #more = 0;

  /** @param first the file whose problems come first */
  constructor(first?: string) {
    if (first !== undefined) this.#files.set(first, 0);
  }

  get length(): number {
    return this.#problems.length;
  }

  add(mark: Mark | undefined, path: Path, found: string, details: Details = {}): void {
    if (this.#problems.length >= MOST_PROBLEMS) {
      this.#more++;
      return;
    }
    this.addProblem({ ...located(mark), path: formatPath(path), found, ...detailed(details) });
  }

  /** A problem of a file as a whole. */
  addFile(file: string, found: string, details: Details = {}): void {
    this.addProblem({ file, found, ...detailed(details) });
  }

  addProblem(problem: Problem): void {
    const file = problem.file ?? '';
    if (!this.#files.has(file)) this.#files.set(file, this.#files.size);
    this.#problems.push(problem);
  }

  /** All of them, by file and position. */
  sorted(): Problem[] {
    const order = (problem: Problem) => (problem.file === undefined ? -1 : this.#files.get(problem.file)!);
    return this.#problems.toSorted(
      (a, b) => order(a) - order(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
  }

  /** @throws {InputError} if there is any */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new InputError(this.sorted(), this.#more);
  }
}

function located(mark: Mark | undefined): Partial<Problem> {
  if (mark === undefined) return {};
  const { source, start, end } = mark;
  const { line, column, lineText } = source.locate(Math.min(start, source.text.length));
  const width = Math.max(1, Math.min(end - start, lineText.length - column + 1));
  return { file: source.name, line, column, width, lineText };
}

function detailed({ expected, nearest }: Details): Partial<Problem> {
  const meant = nearest?.();
  return { ...(expected === undefined ? {} : { expected }), ...(meant === undefined ? {} : { nearest: meant }) };
}

/** What is wrong with a trace, as a problem. */
export function traceProblem(error: TraceError): Problem {
  const { file, line, column, lineText, width, message, expected, nearest } = error;
  return {
    file,
    found: message,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
    ...(lineText === undefined ? {} : { lineText, width: width ?? lineText.length }),
    ...(expected === undefined ? {} : { expected }),
    ...(nearest === undefined ? {} : { nearest }),
  };
}
