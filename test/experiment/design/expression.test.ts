import { expect, test } from 'vitest';
import { ExpressionError, parseExpression } from '../../../src/experiment/design/expression.ts';

const values = { count: 4, scheduler: 'spread', latency: '5ms', on: true, none: null, min: 3 };
const evaluate = (text: string) => parseExpression(text, Object.keys(values)).evaluate(values);

test.each([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['2 - 3 - 4', -5],
  ['12 / 3 / 2', 2],
  ['-count + 1', -3],
  ['7 % count', 3],
  ['0.1 + 0.2', 0.3],
  ['count * 2 == 8 && scheduler == "spread"', true],
  ["scheduler in ['random', 'spread']", true],
  ['count in [1, 2, 3]', false],
  ['!on || count > 3', true],
  ['true || count / 0 > 1', true],
  ['none == null', true],
  ['scheduler != null', true],
  ["latency == '5000us'", true],
  ["latency < '1s'", true],
  ["latency >= '5.001ms'", false],
  ['2 * latency', '10ms'],
  ["latency + '1.5ms'", '6.5ms'],
  ["'20ms' / latency", 4],
  ["'1s' / latency", 200],
  ['latency / 4', '1.25ms'],
  ["'3kB' == '3000B'", true],
  ['max(2, count, 3)', 4],
  ['min', 3],
  ["min('3ms', latency)", undefined],
  ['round(count / 3)', 1],
  ["ceil('2.2ms')", '3ms'],
  ["'it''s'", undefined],
  ["'it\\'s'", "it's"],
  ['1e-9 * 1', 1e-9],
  ["'1s' * 1e-9", '0.000000001s'],
] as const)('%s is %j', (text, expected) => {
  if (expected === undefined) expect(() => evaluate(text)).toThrow(ExpressionError);
  else expect(evaluate(text)).toBe(expected);
});

test.each([
  ['count +', 'the end of the expression', 6, 7],
  ['count count', '"count"', 6, 11],
  ['cuont > 1', 'unknown name "cuont"', 0, 5],
  ['count = 1', 'the sign "="', 6, 7],
  ['count & 1', 'the sign "&"', 6, 7],
  ["scheduler == 'spread", 'a text that does not end', 13, 14],
  ['constructor', 'unknown name "constructor"', 0, 11],
  ['count.toString()', 'the sign "."', 5, 6],
  ['[count]', '"["', 0, 1],
  ['(count', 'the end of the expression', 5, 6],
  ['round(1, 2)', 'round of 2 values', 0, 5],
  [`${'('.repeat(200)}1`, 'nested deeper', 100, 101],
  [`${'!'.repeat(200)}on`, 'nested deeper', 99, 100],
])('%s is refused where it goes wrong', (text, found, start, end) => {
  try {
    parseExpression(text, Object.keys(values).slice(0, 5));
  } catch (error) {
    expect(error).toBeInstanceOf(ExpressionError);
    expect(error).toMatchObject({ start, end });
    expect((error as Error).message).toContain(found);
    return;
  }
  expect.unreachable();
});

test.each([
  ['scheduler + 1', '"spread" is no amount'],
  ['latency + 1', '"5ms" + 1'],
  ['latency < 3', '"5ms" < 3'],
  ["latency < '3kB'", '"5ms" < "3kB"'],
  ['latency * latency', '"5ms" * "5ms"'],
  ['count / 0', '4 / 0'],
  ['count && on', '4 is neither true nor false'],
  ['none > 1', 'no value > 1'],
])('%s has no value', (text, found) => expect(() => evaluate(text)).toThrow(found));
