import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TraceError, TraceReader, type Sample } from '../../src/traces/index.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'codeco-sim-traces-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const readAll = (path: string): { samples: Sample[]; reader: TraceReader } => {
  const reader = new TraceReader(path);
  const samples: Sample[] = [];
  for (let sample = reader.next(); sample !== undefined; sample = reader.next()) samples.push(sample);
  return { samples, reader };
};
const failure = (content: string | Uint8Array): TraceError => {
  try {
    readAll(write('broken', content));
  } catch (error) {
    if (error instanceof TraceError) return error;
    throw error;
  }
  throw new Error('nothing is wrong');
};

/** So many steps of three vehicles, more than one chunk of text. */
const steps = Array.from({ length: 1_500 }, (_, step) => step);
const rows = steps.flatMap((step) => ['a', 'b&c', 'd,"e"'].map((id, i) => ({ step, id, x: step * 1.25, y: i - 7.5 })));
const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
const xml = (head = '') =>
  `<?xml version="1.0"?>\n${head}<fcd-export>\n${steps
    .map((step) => {
      const vehicles = rows.slice(3 * step, 3 * step + 3);
      const lines = vehicles.map(({ id, x, y }) => `<vehicle id="${escapeXml(id)}" x="${x}" y="${y}" speed="1.25"/>\n`);
      return `<timestep time="${step}.00">\n${lines.join('')}</timestep>\n`;
    })
    .join('')}</fcd-export>\n`;
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const plain = `time,id,x,y\n${rows.map(({ step, id, x, y }) => `${step},${quoted(id)},${x},${y}\n`).join('')}`;
const sumoTable =
  'timestep_time;vehicle_angle;vehicle_id;vehicle_x;vehicle_y;person_id;person_x;person_y\r\n0.00;;;;;;;\r\n' +
  rows
    .map(({ step, id, x, y }) =>
      // the first one walks
      id === 'a' ? `${step};;;;;a;${x};${y}\r\n` : `${step};90;${quoted(id)};${x};${y};;;\r\n`,
    )
    .join('');

describe('the same movement is read from', () => {
  const expected = rows.map(({ step, id, x, y }) => [step * 1e9, id, x, y]);
  test.each([
    ['floating car data', xml()],
    ['floating car data, packed', gzipSync(xml())],
    ['a table of time, id, x and y', plain],
    ['such a table, packed', gzipSync(plain)],
    ["SUMO's table, with vehicles and persons", sumoTable],
    [
      "SUMO's table, packed in two members",
      Buffer.concat([gzipSync(sumoTable.slice(0, 99)), gzipSync(sumoTable.slice(99))]),
    ],
  ])('%s', (_, content) => {
    const { samples, reader } = readAll(write('trace', content));
    const named = samples.map(({ timeNs, id, kind, east, north }) => [timeNs, id.replace(`${kind} `, ''), east, north]);
    expect(named).toEqual(expected);
    expect(reader.coordinates).toBe('planar');
    expect(reader.next()).toBeUndefined();
  });
});

test('the hash is that of the text, packed or not', () => {
  const hash = createHash('sha256').update(plain).digest('hex');
  for (const content of [plain, gzipSync(plain)]) {
    expect(readAll(write('trace', content)).reader.digest().toString('hex')).toBe(hash);
  }
});

test('every sample knows its line, across chunks', () => {
  const lines = xml().split('\n');
  for (const { line, column, id } of readAll(write('trace', xml())).samples) {
    expect(lines[line - 1]!.slice(column - 1)).toMatch(`<vehicle id="${escapeXml(id)}"`);
  }
});

test('positions are degrees where the settings of SUMO, the heading, or the reader say so', () => {
  const degrees = '<fcd-export><timestep time="0"><vehicle id="a" x="2.17" y="41.39"/></timestep></fcd-export>';
  const settings = '<!-- <output><fcd-output value="a.xml"/><fcd-output.geo value="true"/></output> -->\n';
  expect(readAll(write('trace', settings + degrees)).reader.coordinates).toBe('geographic');
  expect(readAll(write('trace', degrees)).reader.coordinates).toBe('planar');
  const { samples, reader } = readAll(write('trace', 'lon,time,id,lat\n2.17,0,a,41.39\n'));
  expect(reader.coordinates).toBe('geographic');
  expect(samples[0]).toMatchObject({ east: 2.17, north: 41.39 });
  const stated = new TraceReader(write('trace', degrees), { coordinates: 'geographic' });
  expect(stated.next()).toMatchObject({ east: 2.17, north: 41.39 });
  expect(stated.coordinates).toBe('geographic');
});

const fcd = (vehicles: string) =>
  `<fcd-export>\n  <timestep time="1">\n    ${vehicles}\n  </timestep>\n</fcd-export>\n`;

test.each<[what: string, content: string | Uint8Array, message: RegExp, line: number | undefined]>([
  [
    'XML that is cut short',
    xml().slice(0, 5_000),
    /not the XML of a trace: Unclosed root tag/,
    xml().slice(0, 5_000).split('\n').length,
  ],
  ['XML that is no XML', '<fcd-export>\n<timestep time=1>', /not the XML of a trace: Unquoted attribute/, 2],
  ['XML of something else', '<net>\n<edge/></net>', /a document <net>/, 1],
  ['an alien element', '<fcd-export>\n<edge/></fcd-export>', /<edge> in <fcd-export>/, 2],
  ['a vehicle without x', fcd('<vehicle id="a" y="1"/>'), /<vehicle> without "x"/, 3],
  ['an x that is no number', fcd('<vehicle id="a" x="NaN" y="1"/>'), /x is "NaN"/, 3],
  ['a negative speed', fcd('<vehicle id="a" x="1" y="1" speed="-2"/>'), /speed is -2/, 3],
  ['a time before the start', '<fcd-export><timestep time="-1"/></fcd-export>', /time is -1/, 1],
  ['a gzip file that is cut short', gzipSync(xml()).subarray(0, 900), /a gzip file that is cut short/, undefined],
  [
    'a gzip file that is damaged',
    gzipSync(plain).map((byte, index, all) => (index === all.length - 8 ? byte ^ 1 : byte)),
    /a damaged gzip file/,
    undefined,
  ],
  ['a packed file that holds no text', gzipSync(Buffer.from([65, 66, 0, 67])), /a NUL byte at offset 2/, undefined],
  ['a table of something else', 'a,b\n1,2\n', /the columns "a", "b"/, 1],
  ['a row cut short', 'time,id,x,y\n1,a,2\n', /3 fields/, 2],
  ['a quote that is not closed', 'time,id,x,y\n1,"a,2,3\n', /a quoted field that is not closed/, 2],
  ['a negative speed in a table', 'time,id,x,y,speed\n1,a,2,3,-1\n', /speed is -1/, 2],
  ['a latitude beyond the pole', 'time,id,lat,lon\n1,a,91,3\n', /latitude is 91/, 2],
  ['a line without end', `time,id,x,y\n${'1'.repeat(200_000)}`, /a line of more than 65536 characters/, 2],
])('%s is refused where it stands', (_, content, message, line) => {
  const error = failure(content);
  expect(error.message).toMatch(message);
  expect(error.line).toBe(line);
});

test('a file that is none is refused', () => {
  expect(() => new TraceReader(folder)).toThrow('a folder, not a file');
  expect(() => new TraceReader(join(folder, 'none'))).toThrow('no such file');
});
