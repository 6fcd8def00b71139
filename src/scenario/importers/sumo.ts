import { cos } from '../../kernel/index.ts';
import { InputError } from '../problem.ts';
import { quote } from '../validation.ts';
import type { Importer, ImportOptions } from './importer.ts';
import type { ImportedFile } from './imported-file.ts';
import { sampleAppDocument, sampleAppEntry, sampleRequests } from './sample-app.ts';
import { scenarioHead } from './scenario-head.ts';
import { readXml } from './xml.ts';
import { inline, listing } from './yaml-text.ts';

const METRES_PER_DEGREE = (6_371_008.8 * Math.PI) / 180;
const MOST_ACCESS_POINTS = 10_000;

/**
 * Movements that Eclipse SUMO has recorded (fcd-output): XML, or its CSV form with semicolons. Persons and containers are
 * left out. Source: SUMO's documentation, Simulation/Output/FCDOutput.
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
    const movement =
      file.text.trimStart().startsWith('<') || file.text.trim() === '' ? readFcd(file) : readFcdTable(file);
    file.problems.throwIfAny();
    if (movement.samples.length === 0) file.reportWhole('a trace without vehicles', 'vehicles in its time steps');
    file.problems.throwIfAny();
    const survey = surveyOf(movement);
    const { accessSpacingM } = options;
    const cells = accessSpacingM === undefined ? undefined : grid(survey, accessSpacingM);
    const table = `${stem}-trace.csv`;
    const notes = [
      `read ${movement.samples.length} positions of ${survey.ids} vehicles over ${survey.lastS} s; x and y are ${survey.isGeographic ? 'degrees of longitude and latitude' : 'metres'}, times seconds; wrote them to ${table}`,
      'left out: angles, speeds, lanes and all else but ids, times and positions',
      ...(movement.others > 0 ? [`left out: ${movement.others} rows of persons and containers`] : []),
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
    - name: vehicles
      mobility: ${inline({ model: 'trace', file: table })}
${cells === undefined ? '' : `      requests: ${inline(sampleRequests)}\n\n${sampleAppEntry}${sampleAppDocument}`}`;
    return { text, notes, companions: [{ name: table, text: tableOf(movement) }] };
  },
};

interface FcdSample {
  /** As written: seconds. */
  readonly time: string;
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

interface Movement {
  readonly samples: readonly FcdSample[];
  readonly isGeographic: boolean;
  /** Rows that are no vehicle's. */
  readonly others: number;
}

function readFcd(file: ImportedFile): Movement {
  // SUMO writes its configuration into a comment at the top
  const isGeographic = /<fcd-output\.geo value="(true|1)"/.test(file.text.slice(0, 10_000));
  const samples: FcdSample[] = [];
  let time: string | undefined;
  let others = 0;
  readXml(file, 'fcd-export', {
    open({ name, attributes, line }) {
      if (name === 'timestep') time = readTime(file, line, attributes['time']);
      else if (name === 'vehicle' && time !== undefined)
        addSample(file, line, samples, { time, id: attributes['id'], x: attributes['x'], y: attributes['y'] });
      else if (name === 'person' || name === 'container') others++;
    },
    close: () => undefined,
  });
  return { samples, isGeographic, others };
}

function readFcdTable(file: ImportedFile): Movement {
  const samples: FcdSample[] = [];
  let others = 0;
  const [heading = '', ...lines] = file.text.split(/\r?\n/);
  const columns = heading.split(';').map((name) => name.trim());
  const [time, id, x, y] = ['timestep_time', 'vehicle_id', 'vehicle_x', 'vehicle_y'].map((name) =>
    columns.indexOf(name),
  );
  if ([time, id, x, y].includes(-1)) {
    file.report(1, 'neither XML nor a table of SUMO', 'the columns timestep_time;vehicle_id;vehicle_x;vehicle_y');
    return { samples, isGeographic: false, others };
  }
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const fields = line.split(';');
    const at = readTime(file, index + 2, fields[time!]);
    // a step without vehicles, and persons, leave these fields empty
    if (fields[id!] === '') others++;
    else if (at !== undefined)
      addSample(file, index + 2, samples, { time: at, id: fields[id!], x: fields[x!], y: fields[y!] });
  }
  return { samples, isGeographic: false, others };
}

function readTime(file: ImportedFile, line: number, text: string | undefined): string | undefined {
  if (text !== undefined && /^\d+(\.\d+)?$/.test(text)) return text;
  file.report(line, `time is ${quote(text ?? '')}`, 'seconds, at least 0');
  return undefined;
}

function addSample(
  file: ImportedFile,
  line: number,
  samples: FcdSample[],
  { time, id, x, y }: { time: string; id: string | undefined; x: string | undefined; y: string | undefined },
): void {
  const [east, north] = [x, y].map((text) => (text === undefined || text.trim() === '' ? NaN : Number(text)));
  if (id === undefined || id === '') file.report(line, 'a vehicle without an id', '<vehicle id="..." x="..." y="...">');
  else if (!Number.isFinite(east) || !Number.isFinite(north))
    file.report(line, `x is ${quote(x ?? '')} and y ${quote(y ?? '')}`, 'two numbers');
  else samples.push({ time, id, x: east!, y: north! });
}

function tableOf({ samples, isGeographic }: Movement): string {
  const field = (id: string): string => (/[",\r\n]/.test(id) ? `"${id.replaceAll('"', '""')}"` : id);
  const rows = samples.map(
    ({ time, id, x, y }) => `${time},${field(id)},${isGeographic ? `${y},${x}` : `${x},${y}`}\n`,
  );
  return `time,id,${isGeographic ? 'lat,lon' : 'x,y'}\n${rows.join('')}`;
}

interface Survey {
  readonly ids: number;
  readonly lastS: number;
  readonly isGeographic: boolean;
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

function surveyOf({ samples, isGeographic }: Movement): Survey {
  const ids = new Set<string>();
  let lastS = 0;
  let [west, east, south, north] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { time, id, x, y } of samples) {
    ids.add(id);
    lastS = Math.max(lastS, Number(time));
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [south, north] = [Math.min(south, y), Math.max(north, y)];
  }
  return { ids: ids.size, lastS, isGeographic, west, east, south, north };
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
    'each vehicle sends 0.2 requests a second to a sample application: own assumption',
  ];
}
