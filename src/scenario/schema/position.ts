import { either, listOf, measured, number, object, optional, text, whole } from '../../model/index.ts';

const planar = object(
  {
    x: measured('coordinate', { description: 'East of the origin.' }),
    y: measured('coordinate', { description: 'North of the origin.' }),
  },
  { description: 'A position in the plane.', expects: 'a position { x, y }' },
);

const geographic = object(
  {
    lat: number({ description: 'Latitude, degrees north.', minimum: -90, maximum: 90 }),
    lon: number({ description: 'Longitude, degrees east.', minimum: -180, maximum: 180 }),
  },
  { description: 'A position on the globe.', expects: 'a position { lat, lon }' },
);

/** One scenario uses planar positions or geographic ones, not both. */
export const position = either([planar, geographic], {
  description:
    'Where it is: { x, y } in metres, or { lat, lon } in degrees. Geographic positions are projected onto a plane ' +
    'around the middle of the infrastructure. A scenario uses one of the two throughout.',
  expects: 'a position { x, y } or { lat, lon }',
});

const sites = object(
  {
    sites: text({ description: 'CSV file with a heading line, relative to this file.' }),
    latitude: optional(text({ description: 'Column of the latitude; lat or latitude where absent.' })),
    longitude: optional(text({ description: 'Column of the longitude; lon, lng or longitude where absent.' })),
    x: optional(text({ description: 'Column of x in metres; x where absent.' })),
    y: optional(text({ description: 'Column of y in metres; y where absent.' })),
    limit: optional(whole({ description: 'Read only so many rows.', minimum: 1 })),
  },
  { description: 'Positions from a table.', expects: 'a table { sites: FILE.csv }' },
);

export const positionList = listOf(position, {
  description: 'Positions, one for each.',
  minItems: 1,
  expects: 'a list of positions',
});

/** Where several things are. */
export const positions = either([planar, geographic, positionList, sites], {
  description: 'Where they are: one position for all, a list with one for each, or { sites: FILE.csv }.',
  expects: 'a position, a list of positions or { sites: FILE.csv }',
});

/** The middle of an area. */
export const centre = either([text({ description: 'Name of a cluster with a position.' }), planar, geographic], {
  description: 'Centre of the area: a position, or the name of a cluster that has one.',
  expects: 'a position or the name of a cluster',
});

const uniform = object(
  {
    uniform: object(
      {
        around: centre,
        radius: measured('distance', { description: 'Radius of the disc.', positive: true }),
      },
      { description: 'A disc.' },
    ),
  },
  {
    description: 'Positions drawn uniformly from a disc, from a random stream of the group alone.',
    expects: 'a disc { uniform: { around, radius } }',
  },
);

export const userPositions = either([planar, geographic, positionList, sites, uniform], {
  description:
    'Where users who stand still are: one position for all, a list with one for each, { sites: FILE.csv } or ' +
    '{ uniform: { around, radius } }.',
  expects: 'a position, a list of positions, { sites: FILE.csv } or { uniform: { around, radius } }',
});
