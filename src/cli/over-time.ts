import { formatDuration, significant } from '../format.ts';
import { readRequests, type RequestFacts } from '../report/index.ts';
import type { Manifest } from '../results/index.ts';
import { sparkline } from './pictures.ts';

/** More requests than these would be waited for. */
const MOST_READ = 1_000_000;

/**
 * Requests over the time of a run as small columns, in lines.
 * @param width most columns; 0 where the terminal shows none
 * @returns no line where nothing was asked, or too much to be read again at once
 * @throws {ResultsError} if the table cannot be read
 */
export async function overTime(
  folder: string,
  manifest: Manifest,
  durationNs: number,
  width: number,
): Promise<string[]> {
  const rows = manifest.tables['requests']?.rows ?? 0;
  if (width === 0 || rows === 0 || rows > MOST_READ) return [];
  return formatOverTime((await readRequests(folder, manifest, durationNs, undefined, width))!);
}

/** The lines of `overTime`: each on a scale of its own, from 0 to its largest value. */
export function formatOverTime({ windows, windowNs }: Pick<RequestFacts, 'windows' | 'windowNs'>): string[] {
  const perSecond = (count: (window: (typeof windows)[number]) => number): number[] =>
    windows.map((window) => count(window) / ((window.toNs - window.fromNs) / 1e9));
  const rate = (value: number): string => `${significant(value)}/s`;
  const courses = [
    { name: 'answered', values: perSecond(({ answered }) => answered), format: rate },
    { name: 'failed', values: perSecond(({ failed }) => failed), format: rate },
    { name: 'p95', values: windows.map(({ p95Ns }) => p95Ns ?? NaN), format: formatDuration },
  ];
  const lines = courses.flatMap(({ name, values, format }) => {
    const largest = Math.max(0, ...values.filter((value) => !Number.isNaN(value)));
    return largest === 0 ? [] : [`  ${name.padEnd(9)} ${sparkline(values, largest)}  at most ${format(largest)}`];
  });
  return lines.length === 0 ? [] : [`Over time, a column ${formatDuration(windowNs)} of issued requests`, ...lines];
}
