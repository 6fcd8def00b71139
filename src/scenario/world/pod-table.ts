import type { Nanoseconds } from '../../kernel/index.ts';
import { parseDuration, parseQuantity, UnitError, type PodLife, type PodSpec } from '../../model/index.ts';
import { CsvError, fieldRange, readCsv, type CsvRow } from '../csv.ts';
import { nearest } from '../nearest.ts';
import { Source, type Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import { MOST_PODS } from './limits.ts';
import type { PlainApp, PlainWorkload } from './manifests.ts';
import { readReferenced } from './sites.ts';

/** Columns of a table of pods; beside these, `node:LABEL`, `label:NAME` and the names of extended resources. */
const COLUMNS = ['name', 'arrival_s', 'duration_s', 'cpu', 'memory', 'priority'] as const;

/**
 * Reads pods with times of their own from a table: a file, or the text itself where it has line breaks. Rows that ask for
 * the same become pods of one service.
 * @returns undefined, with the problems reported, if it is wrong
 */
export function readPodTable(
  build: Build,
  written: string,
  path: Path,
  submittedNs: Nanoseconds,
): PlainApp | undefined {
  const table = openTable(build, written, path);
  if (table === undefined) return undefined;
  const before = build.problems.length;
  const shapes = new Map<string, { podSpec: PodSpec; labels: Record<string, string>; lives: PodLife[] }>();
  const names = new Map<string, number>();
  let columns: readonly string[] | undefined;
  let count = 0;
  try {
    for (const row of readCsv(table.text)) {
      if (columns === undefined) {
        columns = row.fields.map((name) => name.trim());
        if (!checkColumns(columns, row, table)) return undefined;
        continue;
      }
      if (row.fields.length !== columns.length) {
        table.report(row, 0, `${row.fields.length} fields`, `${columns.length}, as in the heading`);
        continue;
      }
      if (++count > MOST_PODS) {
        build.problem(path, `more than ${MOST_PODS} pods`, { expected: 'a smaller table' });
        return undefined;
      }
      const read = readRow(row, columns, table, count, submittedNs);
      if (read === undefined) continue;
      const first = names.get(read.life.name);
      if (first !== undefined) {
        table.report(
          row,
          columns.indexOf('name'),
          `the name ${quote(read.life.name)} is taken`,
          `a name of its own: row ${first} has this one`,
        );
        continue;
      }
      names.set(read.life.name, count);
      const shape = shapes.get(read.key);
      if (shape === undefined)
        shapes.set(read.key, { podSpec: read.podSpec(), labels: read.labels, lives: [read.life] });
      else shape.lives.push(read.life);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    table.report({ line: error.line, start: error.start, fields: [] }, 0, error.message, 'a field that is closed');
  }
  if (count === 0 && build.problems.length === before)
    build.problem(path, 'a table without pods', { expected: 'a heading line with arrival_s, then a row for each pod' });
  if (build.problems.length > before) return undefined;
  const workloads = [...shapes.values()].map(({ podSpec, labels, lives }, index): PlainWorkload => ({
    name: `shape-${index + 1}`,
    podSpec,
    replicas: 0,
    workload: { kind: 'Pod', namespace: 'default', labels },
    lives,
  }));
  return { name: 'pods', source: { kind: 'Manifest', documents: [] }, workloads, kubernetesServices: [] };
}

interface Table {
  readonly text: string;
  report(row: CsvRow, field: number, found: string, expected: string): void;
}

function openTable(build: Build, written: string, path: Path): Table | undefined {
  if (!written.includes('\n')) {
    const file = readReferenced(build, written, path, 'table');
    if (file === undefined) return undefined;
    let source: Source | undefined;
    return {
      text: file.text,
      report(row, field, found, expected) {
        source ??= new Source(file.name, file.text);
        const [start, end] = fieldRange(file.text, row.start, Math.max(field, 0));
        build.problems.add({ source, start, end }, [], found, { expected });
      },
    };
  }
  return {
    text: written,
    // a block of text in the scenario: its rows stand on the lines after its key
    report(row, _field, found, expected) {
      const place = build.places.find(build.scenario, path);
      if (place === undefined) return build.problem(path, found, { expected });
      const { source } = place;
      const line = source.locate(place.value[0]).line + row.line;
      const start = source.startOf(line);
      const indent = /^ */.exec(source.locate(start).lineText)![0].length;
      build.problems.add({ source, start: start + indent, end: source.startOf(line + 1) - 1 }, path, found, {
        expected,
      });
    },
  };
}

function checkColumns(columns: readonly string[], row: CsvRow, table: Table): boolean {
  let isRight = true;
  for (const [index, name] of columns.entries()) {
    const isKnown =
      (COLUMNS as readonly string[]).includes(name) || /^(node|label):.+$/.test(name) || name.includes('/');
    const isRepeated = columns.indexOf(name) !== index;
    if (isKnown && !isRepeated) continue;
    isRight = false;
    const near = nearest(name, COLUMNS);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    table.report(
      row,
      index,
      isRepeated ? `the column ${quote(name)} is there twice` : `unknown column ${quote(name)}${hint}`,
      `${COLUMNS.join(', ')}, node:LABEL, label:NAME or an extended resource such as nvidia.com/gpu`,
    );
  }
  if (isRight && !columns.includes('arrival_s')) {
    table.report(row, 0, 'no column "arrival_s"', 'when each pod comes, in seconds');
    return false;
  }
  return isRight;
}

interface ReadRow {
  readonly key: string;
  readonly podSpec: () => PodSpec;
  readonly labels: Record<string, string>;
  readonly life: PodLife;
}

function readRow(
  row: CsvRow,
  columns: readonly string[],
  table: Table,
  number: number,
  submittedNs: Nanoseconds,
): ReadRow | undefined {
  let isRight = true;
  const fail = (index: number, found: string, expected: string): void => {
    isRight = false;
    table.report(row, index, found, expected);
  };
  const requests: Record<string, string> = {};
  const labels: Record<string, string> = {};
  const nodeLabels: { key: string; operator: 'In'; values: string[] }[] = [];
  let name = `pod-${number}`;
  let priority: number | undefined;
  let createdAtNs = 0 as Nanoseconds;
  let runsNs: Nanoseconds | undefined;
  for (const [index, column] of columns.entries()) {
    const text = row.fields[index]!.trim();
    if (column === 'arrival_s' || column === 'duration_s') {
      if (column === 'duration_s' && text === '') continue;
      try {
        if (!/^\d+(\.\d+)?$/.test(text)) throw new UnitError(`${column} is ${quote(text)}`);
        const ns = parseDuration(`${text}s`);
        if (column === 'arrival_s') createdAtNs = (submittedNs + ns) as Nanoseconds;
        else runsNs = ns;
      } catch (error) {
        if (!(error instanceof UnitError)) throw error;
        fail(index, error.message, 'seconds, at least 0, to the nanosecond');
      }
    } else if (text === '') continue;
    else if (column === 'name') {
      if (/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/.test(text)) name = text;
      else fail(index, `the name ${quote(text)}`, "lower-case letters, digits, '-' and '.', as Kubernetes has it");
    } else if (column === 'priority') {
      priority = Number(text);
      if (!/^-?\d{1,10}$/.test(text)) fail(index, `priority is ${quote(text)}`, 'a whole number');
    } else if (column.startsWith('label:')) labels[column.slice(6)] = text;
    else if (column.startsWith('node:'))
      nodeLabels.push({ key: column.slice(5), operator: 'In', values: text.split('|') });
    else {
      try {
        const amount = parseQuantity(text);
        if (amount < 0) fail(index, `${column} is ${quote(text)}`, 'a quantity of at least 0');
        else if (amount > 0) requests[column] = text;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        fail(index, `${column}: ${error.message}`, 'a Kubernetes quantity such as 500m or 4Gi');
      }
    }
  }
  if (!isRight) return undefined;
  const podSpec = (): PodSpec => ({
    containers: [{ name: 'pod', resources: { requests } }],
    ...(priority === undefined ? {} : { priority }),
    ...(nodeLabels.length === 0
      ? {}
      : {
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: nodeLabels }] },
            },
          },
        }),
  });
  return {
    key: JSON.stringify([requests, labels, nodeLabels, priority]),
    podSpec,
    labels,
    life: { name, createdAtNs, ...(runsNs === undefined ? {} : { runsNs }) },
  };
}
