import { dirname, relative, resolve } from 'node:path';
import type { Importer } from './importer.ts';
import type { ImportedFile } from './imported-file.ts';
import { sampleAppDocument, sampleAppEntry, sampleRequests } from './sample-app.ts';
import { scenarioHead } from './scenario-head.ts';
import { demandUnique, numberIn, readTable, type TableRow } from './table.ts';
import { inline, listing, NameMaker } from './yaml-text.ts';

/** More users than this stay in their table, which the scenario then refers to. */
const MOST_LISTED = 5_000;

/**
 * Base-station sites and users in the form of the EUA dataset. Source: Lai et al., Optimal Edge User Allocation in Edge
 * Computing with Variable Sized Vector Bin Packing, ICSOC 2018 (github.com/PhuLai/eua-dataset).
 */
export const eua: Importer = {
  description: 'Edge-server sites and users in the form of the EUA dataset (CSV, WGS 84 degrees).',
  files: ['sites.csv', 'users.csv'],
  draft(files, options) {
    const [sitesFile, usersFile] = files as [ImportedFile, ImportedFile];
    const { rows: sites } = readTable(sitesFile, ['SITE_ID', 'LATITUDE', 'LONGITUDE']);
    demandUnique(sitesFile, sites, 'SITE_ID');
    const { rows: users, columns } = readTable(usersFile, ['Latitude', 'Longitude']);
    const sitePositions = sites.map((row) => positionOf(sitesFile, row));
    const userPositions = users.map((row) => positionOf(usersFile, row));
    sitesFile.problems.throwIfAny();
    usersFile.problems.throwIfAny();
    const names = new NameMaker('site');
    const nodes = sites.map((row, index) => ({
      class: 'edge-server',
      name: names.make(`site-${row.field('SITE_ID')}`),
      at: sitePositions[index],
    }));
    const isListed = users.length <= MOST_LISTED;
    const column = (name: string) => columns.find((each) => each.toLowerCase() === name)!;
    const reference = relative(resolve(options.folder), resolve(usersFile.name));
    const table = { sites: reference, latitude: column('latitude'), longitude: column('longitude') };
    const notes = [
      `read ${sites.length} sites and ${users.length} users; positions in degrees (WGS 84)`,
      'each site became an edge server of 8 cores and 16Gi with a 5G access point of 350 m range: own assumption',
      'each user sends 0.2 requests a second to a sample application: own assumption',
      'left out: all other columns of the two tables',
      ...(isListed ? [] : [`the users stay in ${reference}, which the scenario refers to`]),
    ];
    const text = `${scenarioHead(sitesFile, options, notes, '5m')}
  infrastructure:
    nodeClasses:
      edge-server: ${inline({ cpu: 8, memory: '16Gi', power: { idle: '30W', peak: '95W' } })}
    clusters:
      - name: edge
        nodes:
${listing(nodes, 10)}
    access: { technology: nr, range: 350m }   # an access point at each node

  users:
    - name: users
      requests: ${inline(sampleRequests)}
      at:${isListed ? `\n${listing(userPositions, 8)}` : ` ${inline(table)}`}

${sampleAppEntry}${sampleAppDocument}`;
    return { text, notes, ...(isListed ? {} : { allow: [dirname(resolve(usersFile.name))] }) };
  },
};

function positionOf(file: ImportedFile, row: TableRow): { lat: number | undefined; lon: number | undefined } {
  return {
    lat: numberIn(file, row, 'latitude', { least: -90, most: 90, unit: 'degrees' }),
    lon: numberIn(file, row, 'longitude', { least: -180, most: 180, unit: 'degrees' }),
  };
}
