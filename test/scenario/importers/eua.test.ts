import { expect, test } from 'vitest';
import { fileOf, imported, recorded, refusal } from './written.ts';

const sites = 'SITE_ID,LATITUDE,LONGITUDE,NAME\n1,-37.8,144.9,"A, B"\n2,-37.81,144.95,C\n';
const users = 'Latitude,Longitude\n-37.8,144.9\n-37.81,144.94\n-37.8,144.95\n';

test('sites become edge servers with an access point each, users stand where they stood', () => {
  const { world } = imported('eua', [fileOf('sites.csv', sites), fileOf('users.csv', users)]);
  expect(world.nodes.map(({ name }) => name)).toEqual(['site-1', 'site-2']);
  expect(world.accessPoints).toHaveLength(2);
  expect(world.users).toHaveLength(3);
  const [atFirst, ,] = world.users;
  expect(atFirst!.position).toEqual(world.accessPoints[0]!.position);
});

test('many users stay in their table', () => {
  const many = `Latitude,Longitude\n${'-37.8,144.9\n'.repeat(6_000)}`;
  const { world, text } = imported('eua', [fileOf('sites.csv', sites), fileOf('users.csv', many)]);
  expect(world.users).toHaveLength(6_000);
  expect(text.length).toBeLessThan(3_000);
});

test.each([
  ['empty sites', '', users, /an empty file/],
  ['sites without rows', 'SITE_ID,LATITUDE,LONGITUDE\n', users, /without rows/],
  ['a duplicate id', `${sites}1,-37.8,144.9,D\n`, users, /:4:1\n[^]*SITE_ID "1" is taken\n.*line 2/],
  ['a missing column', sites.replace('LATITUDE', 'LATITUDES'), users, /no column "LATITUDE"; is it "LATITUDES"/],
  ['NaN', sites, users.replace('-37.81', 'NaN'), /:3:1\n[^]*latitude is "NaN"/],
  ['out of range', sites, users.replace('144.94', '544.94'), /longitude is "544.94"/],
  ['an empty field', sites, users.replace('144.94', ''), /longitude is ""/],
  ['a ragged row', sites, `${users}1\n`, /:5:1\n[^]*1 fields/],
  ['an open quote', sites.replace('B"', 'B'), users, /not closed/],
])('%s is refused with its line', (_, badSites, badUsers, expected) => {
  expect(refusal('eua', [fileOf('sites.csv', badSites), fileOf('users.csv', badUsers)])).toMatch(expected);
});

test('one file is not enough', () => {
  expect(refusal('eua', [fileOf('sites.csv', sites)])).toContain('expected sites.csv users.csv');
});

test('the centre of Melbourne: 125 sites and 816 users', () => {
  const files = ['eua/sites-melbourne-cbd.csv', 'eua/users-melbourne-cbd.csv'].map(recorded);
  if (files.includes(undefined)) return;
  const { world } = imported('eua', files as string[]);
  expect(world.nodes).toHaveLength(125);
  expect(world.users).toHaveLength(816);
});
