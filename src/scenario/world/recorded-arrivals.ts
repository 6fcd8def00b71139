import { parseDuration } from '../../model/index.ts';
import { TableReader, TraceError, type TableRow } from '../../traces/index.ts';
import { nearest } from '../nearest.ts';
import { traceProblem } from '../problem.ts';
import type { Path } from '../source.ts';
import { quote } from '../validation.ts';
import type { Build } from './build.ts';
import { azureCounts } from './recorded-counts.ts';
import { requestTimes } from './recorded-times.ts';
import type { Load, RecordingReader, Wanted } from './recording.ts';
import { withReferenced } from './sites.ts';

/** A recording of arrivals, as a scenario refers to it. */
interface WrittenRecording {
  readonly file: string;
  readonly start: string;
  readonly timeScale: number;
  readonly ofApp?: string;
  readonly ofFunction?: string;
  readonly useDuration: boolean;
}

/** The formats; each says whether a heading is its. */
const formats = [azureCounts, requestTimes];

/**
 * Reads recorded arrivals row by row. What falls into the run is held while it is little; a longer recording is read again in
 * step with the run. The heading tells the format:
 *
 * - `time` in seconds, and if wanted `user`, `service` and `duration`: each row is a request;
 * - `app,func,end_timestamp,duration` in seconds, as Azure Functions 2021: each row is a request that arrives when it ends
 *   less what it took (AzureFunctionsInvocationTrace2021.md of https://github.com/Azure/AzurePublicDataset);
 * - `HashOwner,HashApp,HashFunction,Trigger,1,...,1440`, as Azure Functions 2019: requests of a function in each minute of a
 *   day (AzureFunctionsDataset2019.md, ibid.).
 *
 * What is wrong is reported with its place, and then the result is undefined.
 */
export function readRecordedArrivals(
  build: Build,
  written: WrittenRecording,
  target: Pick<Wanted, 'service' | 'services' | 'durationNs'>,
  path: Path,
): ((users: number) => Load) | undefined {
  const filePath = [...path, 'file'];
  const found = withReferenced(build, written.file, filePath, (files, from) => files.openTrace(written.file, from));
  if (found === undefined) return undefined;
  const wanted: Wanted = {
    ...target,
    file: found.name,
    startNs: parseDuration(written.start),
    scale: written.timeScale,
    app: written.ofApp,
    func: written.ofFunction,
    useDuration: written.useDuration,
  };
  let reader: RecordingReader | undefined;
  let table: TableReader | undefined;
  try {
    table = new TableReader(found.path, found.name);
    const heading = table.next();
    if (heading !== undefined) {
      reader = readerFor(heading, table, wanted);
      for (let row = table.next(); row !== undefined; row = table.next()) reader.read(row);
      reader.finish?.();
    }
    found.setHash(table.digest());
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    build.problems.addProblem(traceProblem(error));
    return undefined;
  } finally {
    table?.close();
  }
  if (reader === undefined) {
    build.problem(filePath, 'an empty table', { expected: 'a heading line such as time,user' });
    return undefined;
  }
  const areKnown =
    isKnown(build, wanted.app, reader.names?.apps, 'application', [...path, 'ofApp']) &&
    isKnown(build, wanted.func, reader.names?.functions, 'function', [...path, 'ofFunction']);
  if (!areKnown) return undefined;
  const remarks = reader.remarks();
  if (remarks.length > 0) build.warn(filePath, remarks.join('; '));
  return reader.load;
}

/** @throws {TraceError} if the heading is of no format that is known */
function readerFor(heading: TableRow, table: TableReader, wanted: Wanted): RecordingReader {
  const titles = heading.fields.map((title) => title.trim().toLowerCase());
  for (const format of formats) {
    const reader = format(heading, titles, table, wanted);
    if (reader !== undefined) return reader;
  }
  const some = heading.fields.slice(0, 8).map((title) => quote(title.trim()));
  const found = `the columns ${some.join(', ')}${titles.length > 8 ? ', ...' : ''}`;
  const expected =
    'time (with user, service, duration if wanted); app, func, end_timestamp, duration; or HashOwner, HashApp, HashFunction, Trigger, 1, ..., 1440';
  throw table.fieldError(heading, 0, found, { expected });
}

function isKnown(
  build: Build,
  name: string | undefined,
  names: { readonly isFound: boolean; readonly seen: ReadonlySet<string> } | undefined,
  noun: string,
  path: Path,
): boolean {
  if (name === undefined || names?.isFound === true) return true;
  if (names === undefined) {
    build.problem(path, `a name of a ${noun}, but the recording has no names`, {
      expected: 'a format of Azure Functions',
    });
  } else {
    build.problem(path, `the recording has no ${noun} ${quote(name)}`, {
      expected: `one of its ${names.seen.size}`,
      nearest: () => nearest(name, [...names.seen]),
    });
  }
  return false;
}
