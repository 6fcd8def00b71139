import { describe, expect, test } from 'vitest';
import { bar, pictureWidth, sparkline } from '../../src/cli/pictures.ts';

describe('a bar', () => {
  test.each([
    // 3.5 of 10 characters: three whole ones and four eighths (U+258C is the left half block)
    [0.35, 10, '███▌'],
    [1, 4, '████'],
    [2, 4, '████'],
    [0.25, 4, '█'],
    // what is there is seen, what is not is not
    [0.0001, 10, '▏'],
    [0, 10, ''],
    [NaN, 10, ''],
  ])('of %f in %i characters', (share, width, drawn) => expect(bar(share, width)).toBe(drawn));
});

test('a sparkline has a column an eighth high for each eighth of the largest, and none for no number', () => {
  expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8)).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline([0, NaN, 16], 16)).toBe('▁ █');
  expect(sparkline([0, 0], 0)).toBe('▁▁');
});

describe('pictures', () => {
  const terminal = { isTTY: true, columns: 120 };
  test.each([
    [terminal, { LANG: 'en_US.UTF-8' }, 24],
    [{ isTTY: true, columns: 60 }, { LANG: 'C.utf8' }, 14],
    [{ isTTY: true, columns: 50 }, { LANG: 'C.utf8' }, 0],
    // LC_ALL goes before LANG
    [terminal, { LC_ALL: 'C', LANG: 'en_US.UTF-8' }, 0],
    [terminal, { LC_ALL: '', LANG: 'en_US.UTF-8' }, 24],
    [terminal, {}, 0],
    [terminal, { LANG: 'en_US.UTF-8', TERM: 'dumb' }, 0],
    [{ columns: 120 }, { LANG: 'en_US.UTF-8' }, 0],
  ])('to %j in %j: %i characters', (stream, env, width) => expect(pictureWidth(stream, env)).toBe(width));
});
