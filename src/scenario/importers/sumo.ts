import { cos } from '../../kernel/index.ts';
import { TraceError, TraceReader, type MoverKind, type Sample } from '../../traces/index.ts';
import { InputError, traceProblem } from '../problem.ts';
import type { Importer, ImportOptions } from './importer.ts';
import type { ImportedFile } from './imported-file.ts';
import { sampleAppDocument, sampleAppEntry, sampleRequests } from './sample-app.ts';
import { scenarioHead } from './scenario-head.ts';
import { inline, listing } from './yaml-text.ts';

const METRES_PER_DEGREE = (6_371_008.8 * Math.PI) / 180;
const MOST_ACCESS_POINTS = 10_000;
/** Characters that are written at a time. */
const PIECE_LENGTH = 1 << 16;

/**
 * Movements that Eclipse SUMO has recorded (fcd-output): XML, or its CSV form with semicolons, of any length, for it is read
 * once more than it has kinds of movers and never held. Vehicles, persons and containers are groups of their own. Source: SUMO's documentation, Simulation/Output/FCDOutput.
 */
export const sumo: Importer = {
  description: "Movements in SUMO's floating car data (XML or CSV); --access-spacing puts access points over them.",
  files: ['trace.fcd.xml.gz'],
  draft(files, options) {
    const [file] = files as [ImportedFile];
    const { stem } = options;
    if (stem === undefined) {
      throw new InputError([
        { found: 'a trace, and nowhere to put its table', expected: '--out FILE.yaml: the table is written beside it' },
      ]);
    }
    const survey = surveyOf(file);
    if (survey.samples === 0) {
      file.reportWhole('a trace without movers', 'vehicles, persons or containers in its time steps');
      file.problems.throwIfAny();
    }
    const { accessSpacingM } = options;
    const cells = accessSpacingM === undefined ? undefined : grid(survey, accessSpacingM);
    const groups = GROUPS.filter(({ kind }) => survey.idsOf[kind].size > 0).map((group) => ({
      ...group,
      table: `${stem}-${group.suffix}.csv`,
    }));
    const notes = [
      `read ${survey.samples} positions of ${listed(groups.map(({ kind, name }) => `${survey.idsOf[kind].size} ${name}`))} over ${survey.lastS} s; x and y are ${survey.isGeographic ? 'degrees of longitude and latitude' : 'metres'}, times seconds; wrote them to ${listed(groups.map(({ table }) => table))}`,
      'left out: angles, speeds, lanes and all else but ids, times and positions',
      ...accessNotes(cells, accessSpacingM),
    ];
    const access =
      cells === undefined
        ? ''
        : `    access:
      technology: nr
      range: ${Math.ceil(accessSpacingM! * 0.75)}m   # a cell reaches the corners of its square
      uplink: { to: edge, bandwidth: 1Gbit/s, latency: 1ms }
      at:
${listing(cells, 8)}
`;
    const text = `${scenarioHead(file, options, notes, `${Math.max(1, Math.ceil(survey.lastS))}s`)}
  infrastructure:
    nodeClasses:
      edge-server: ${inline({ cpu: 8, memory: '16Gi', power: { idle: '30W', peak: '95W' } })}
    clusters:
      - { name: edge, nodes: [{ class: edge-server, count: 3 }] }
${access}
  users:
${groups
  .map(
    ({ name, table }) =>
      `    - name: ${name}\n      mobility: ${inline({ model: 'trace', file: table })}\n${cells === undefined ? '' : `      requests: ${inline(sampleRequests)}\n`}`,
  )
  .join('')}${cells === undefined ? '' : `\n${sampleAppEntry}${sampleAppDocument}`}`;
    const companions = groups.map(({ kind, table }) => ({
      name: table,
      pieces: () => tableOf(file, survey, kind),
    }));
    return { text, notes, companions };
  },
};

/** The users that the movers of each kind become, and the table of their movements. */
const GROUPS: readonly { readonly kind: MoverKind; readonly name: string; readonly suffix: string }[] = [
  { kind: 'vehicle', name: 'vehicles', suffix: 'trace' },
  { kind: 'person', name: 'persons', suffix: 'persons' },
  { kind: 'container', name: 'containers', suffix: 'containers' },
];

const listed = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;

interface Survey {
  readonly samples: number;
  readonly idsOf: Readonly<Record<MoverKind, ReadonlySet<string>>>;
  readonly lastS: number;
  readonly isGeographic: boolean;
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** @throws {InputError} if it is no trace */
function surveyOf(file: ImportedFile): Survey {
  const idsOf = { vehicle: new Set<string>(), person: new Set<string>(), container: new Set<string>() };
  let samples = 0;
  let lastNs = 0;
  let isGeographic = false;
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [sample, reader] of samplesOf(file)) {
    samples++;
    const ids = idsOf[kindOf(sample)];
    // a piece of a text keeps the whole text in memory: the id is copied
    if (!ids.has(sample.id)) ids.add(Buffer.from(sample.id).toString());
    lastNs = Math.max(lastNs, sample.timeNs);
    isGeographic = reader.coordinates === 'geographic';
    [west, east] = [Math.min(west, sample.east), Math.max(east, sample.east)];
    [south, north] = [Math.min(south, sample.north), Math.max(north, sample.north)];
  }
  return { samples, idsOf, lastS: lastNs / 1e9, isGeographic, west, east, south, north };
}

/** A plain table knows of no kinds: all are taken for vehicles. */
const kindOf = ({ kind = 'vehicle' }: Sample): MoverKind => kind;

/** The samples of a trace, one by one. @throws {InputError} if it is none */
function* samplesOf(file: ImportedFile): Generator<readonly [Sample, TraceReader]> {
  let reader: TraceReader | undefined;
  try {
    reader = new TraceReader(file.path, { name: file.name });
    if (reader.sizeBytes === 0) file.reportWhole('an empty file', 'a trace that SUMO has written');
    file.problems.throwIfAny();
    for (let sample = reader.next(); sample !== undefined; sample = reader.next()) yield [sample, reader];
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    throw new InputError([traceProblem(error)]);
  } finally {
    reader?.close();
  }
}

/** The movements of one kind as a table, some thousand rows at a time. */
function* tableOf(file: ImportedFile, { isGeographic }: Survey, kind: MoverKind): Generator<string> {
  const field = (id: string): string => (/[",\r\n]/.test(id) ? `"${id.replaceAll('"', '""')}"` : id);
  // the kind before an id, which the table has no need of
  const prefixLength = kind === 'vehicle' ? 0 : kind.length + 1;
  let piece = `time,id,${isGeographic ? 'lat,lon' : 'x,y'}\n`;
  for (const [sample] of samplesOf(file)) {
    if (kindOf(sample) !== kind) continue;
    const { timeNs, id, east, north } = sample;
    piece += `${timeNs / 1e9},${field(id.slice(prefixLength))},${isGeographic ? `${north},${east}` : `${east},${north}`}\n`;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** The middles of the squares of a grid that covers all positions. */
function grid({ isGeographic, west, east, south, north }: Survey, spacingM: number): object[] {
  const middle = (south + north) / 2;
  const stepNorth = isGeographic ? spacingM / METRES_PER_DEGREE : spacingM;
  const stepEast = isGeographic ? stepNorth / Math.max(cos((middle * Math.PI) / 180), 0.01) : spacingM;
  const columns = Math.max(1, Math.ceil((east - west) / stepEast));
  const rows = Math.max(1, Math.ceil((north - south) / stepNorth));
  if (columns * rows > MOST_ACCESS_POINTS) {
    throw new InputError([
      {
        found: `${columns * rows} access points at a distance of ${spacingM} m`,
        expected: `at most ${MOST_ACCESS_POINTS}: a larger distance`,
      },
    ]);
  }
  const first = { x: (west + east - (columns - 1) * stepEast) / 2, y: middle - ((rows - 1) * stepNorth) / 2 };
  return Array.from({ length: columns * rows }, (_, index) => {
    const x = first.x + (index % columns) * stepEast;
    const y = first.y + Math.floor(index / columns) * stepNorth;
    return isGeographic
      ? { lat: rounded(y, 1e7), lon: rounded(x, 1e7) }
      : { x: `${rounded(x, 100)}m`, y: `${rounded(y, 100)}m` };
  });
}

const rounded = (value: number, steps: number): number => Math.round(value * steps) / steps;

function accessNotes(cells: readonly object[] | undefined, spacingM: ImportOptions['accessSpacingM']): string[] {
  if (cells === undefined)
    return ['no access points, and so no requests: --access-spacing 400m puts some over the area'];
  return [
    `${cells.length} access points (5G) ${spacingM} m apart over the area, on a cluster of 3 edge servers: own assumption`,
    'each of them sends 0.2 requests a second to a sample application: own assumption',
  ];
}
