import { nearest } from '../../scenario/index.ts';
import type { ParameterValue } from '../sweep-file.ts';
import { commonUnit, formatAmount, parseAmount } from './amount.ts';

/**
 * Conditions and values over the names of parameters, such as `scheduler == 'spread' && latency < '10ms'` and
 * `2 * count`. There is nothing in the language but these operators and functions: it calls nothing, and reads nothing but
 * the parameters. Texts with a unit are amounts: they have an order, and `2 * '5ms'` is `'10ms'`.
 *
 *     or:      and ('||' and)*
 *     and:     comparison ('&&' comparison)*
 *     comparison: sum (('==' | '!=' | '<' | '<=' | '>' | '>=') sum | 'in' '[' sum (',' sum)* ']')?
 *     sum:     product (('+' | '-') product)*
 *     product: unary (('*' | '/' | '%') unary)*
 *     unary:   ('!' | '-') unary | number | 'text' | "text" | true | false | null | name | f '(' or (',' or)* ')' | '(' or ')'
 */
export interface Expression {
  /** Its value for a cell. @throws {ExpressionError} if an operator cannot be applied to what its sides are */
  evaluate(values: Readonly<Record<string, ParameterValue>>): ParameterValue;
}

/** What is wrong with an expression, and where in its text. */
export class ExpressionError extends Error {
  readonly start: number;
  readonly end: number;
  readonly expected: string | undefined;
  readonly nearest: string | undefined;

  constructor(
    found: string,
    at: Span,
    details: { readonly expected?: string; readonly nearest?: string | undefined } = {},
  ) {
    super(found);
    this.name = 'ExpressionError';
    this.start = at.start;
    this.end = at.end;
    this.expected = details.expected;
    this.nearest = details.nearest;
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Token extends Span {
  readonly kind: 'number' | 'text' | 'name' | 'operator' | 'end';
  readonly text: string;
}

type Values = Readonly<Record<string, ParameterValue>>;
type Evaluate = (values: Values) => ParameterValue;

/** Deeper nesting than anyone writes, and shallower than the stack. */
const MAX_DEPTH = 100;
const MAX_LENGTH = 10_000;

const functions: Readonly<Record<string, (...values: number[]) => number>> = {
  min: Math.min,
  max: Math.max,
  round: Math.round,
  floor: Math.floor,
  ceil: Math.ceil,
};

/**
 * Reads an expression.
 * @param names that it may use
 * @throws {ExpressionError} if it is none, or uses another name
 */
export function parseExpression(text: string, names: readonly string[]): Expression {
  if (text.length > MAX_LENGTH) throw new ExpressionError(`more than ${MAX_LENGTH} characters`, { start: 0, end: 1 });
  const parser = new Parser(tokens(text), names);
  const evaluate = parser.whole();
  return { evaluate };
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  const token =
    /\s+|(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<name>[A-Za-z_]\w*)|(?<operator>\|\||&&|[=!<>]=|[-+*/%<>!()[\],])/y;
  while (token.lastIndex < text.length) {
    const start = token.lastIndex;
    const match = token.exec(text);
    if (match === null) {
      throw new ExpressionError(unknownSign(text[start]!), { start, end: start + 1 }, signExpectation(text[start]!));
    }
    const { number, text: quoted, name, operator } = match.groups!;
    const end = token.lastIndex;
    if (number !== undefined) found.push({ kind: 'number', text: number, start, end });
    else if (quoted !== undefined)
      found.push({ kind: 'text', text: quoted.slice(1, -1).replace(/\\(.)/g, '$1'), start, end });
    else if (name !== undefined) found.push({ kind: 'name', text: name, start, end });
    else if (operator !== undefined) found.push({ kind: 'operator', text: operator, start, end });
  }
  found.push({ kind: 'end', text: 'the end', start: Math.max(0, text.length - 1), end: text.length });
  return found;
}

const unknownSign = (sign: string): string =>
  sign === "'" || sign === '"' ? 'a text that does not end' : `the sign ${JSON.stringify(sign)}`;

function signExpectation(sign: string): { readonly expected?: string } {
  if (sign === '=') return { expected: '== to compare' };
  if (sign === '&' || sign === '|') return { expected: `${sign}${sign}` };
  return {};
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #names: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(found: readonly Token[], names: readonly string[]) {
    this.#tokens = found;
    this.#names = names;
  }

  whole(): Evaluate {
    const evaluate = this.#or();
    if (this.#next.kind !== 'end') this.#refuse('an operator such as &&, == or +');
    return evaluate;
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }

  #take(...operators: readonly string[]): Token | undefined {
    const token = this.#next;
    if (token.kind !== 'operator' || !operators.includes(token.text)) return undefined;
    this.#at++;
    return token;
  }

  #demand(operator: string): void {
    if (this.#take(operator) === undefined) this.#refuse(operator);
  }

  #refuse(expected: string): never {
    const { kind, text, start, end } = this.#next;
    throw new ExpressionError(
      kind === 'end' ? 'the end of the expression' : JSON.stringify(text),
      { start, end },
      { expected },
    );
  }

  #or(): Evaluate {
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(`nested deeper than ${MAX_DEPTH} levels`, this.#next);
    let left = this.#and();
    for (let operator = this.#take('||'); operator !== undefined; operator = this.#take('||')) {
      const [first, second, at] = [left, this.#and(), operator];
      left = (values) => truth(first(values), at) || truth(second(values), at);
    }
    this.#depth--;
    return left;
  }

  #and(): Evaluate {
    let left = this.#comparison();
    for (let operator = this.#take('&&'); operator !== undefined; operator = this.#take('&&')) {
      const [first, second, at] = [left, this.#comparison(), operator];
      left = (values) => truth(first(values), at) && truth(second(values), at);
    }
    return left;
  }

  #comparison(): Evaluate {
    const left = this.#sum();
    if (this.#next.kind === 'name' && this.#next.text === 'in') {
      this.#at++;
      const candidates = this.#list('[', ']');
      return (values) => {
        const value = left(values);
        return candidates.some((candidate) => areEqual(value, candidate(values)));
      };
    }
    const operator = this.#take('==', '!=', '<=', '>=', '<', '>');
    if (operator === undefined) return left;
    const right = this.#sum();
    const { text } = operator;
    if (text === '==') return (values) => areEqual(left(values), right(values));
    if (text === '!=') return (values) => !areEqual(left(values), right(values));
    return (values) => {
      const [a, b] = ordered(left(values), right(values), operator);
      return text === '<' ? a < b : text === '<=' ? a <= b : text === '>' ? a > b : a >= b;
    };
  }

  #sum(): Evaluate {
    let left = this.#product();
    for (let operator = this.#take('+', '-'); operator !== undefined; operator = this.#take('+', '-')) {
      const [first, second, at] = [left, this.#product(), operator];
      left = (values) => add(first(values), second(values), at);
    }
    return left;
  }

  #product(): Evaluate {
    let left = this.#unary();
    for (let operator = this.#take('*', '/', '%'); operator !== undefined; operator = this.#take('*', '/', '%')) {
      const [first, second, at] = [left, this.#unary(), operator];
      left = (values) => multiply(first(values), second(values), at);
    }
    return left;
  }

  #unary(): Evaluate {
    const operator = this.#take('!', '-');
    if (operator === undefined) return this.#primary();
    if (++this.#depth > MAX_DEPTH) throw new ExpressionError(`nested deeper than ${MAX_DEPTH} levels`, operator);
    const of = this.#unary();
    this.#depth--;
    return operator.text === '!'
      ? (values) => !truth(of(values), operator)
      : (values) => multiply(-1, of(values), { ...operator, text: '*' });
  }

  #primary(): Evaluate {
    const token = this.#next;
    if (this.#take('(') !== undefined) {
      const inner = this.#or();
      this.#demand(')');
      return inner;
    }
    if (token.kind === 'operator' || token.kind === 'end') this.#refuse('a name, a number or a text in quotes');
    this.#at++;
    const { kind, text } = token;
    if (kind === 'number') return constant(Number(text));
    if (kind === 'text') return constant(text);
    if (text === 'true' || text === 'false') return constant(text === 'true');
    if (text === 'null') return constant(null);
    if (Object.hasOwn(functions, text) && !this.#names.includes(text)) return this.#call(token);
    if (!this.#names.includes(text)) {
      throw new ExpressionError(`unknown name ${JSON.stringify(text)}`, token, {
        expected:
          this.#names.length === 0
            ? 'no name: there are no parameters'
            : `one of ${this.#names.join(', ')}; a text stands in quotes`,
        nearest: nearest(text, this.#names),
      });
    }
    return (values) => values[text]!;
  }

  #call(token: Token): Evaluate {
    const values = this.#list('(', ')');
    const apply = functions[token.text]!;
    if (values.length !== 1 && apply.length === 1) {
      throw new ExpressionError(`${token.text} of ${values.length} values`, token, { expected: 'one value' });
    }
    return (of) => {
      const amounts = values.map((value) => amountOf(value(of), token));
      const [{ unit }] = amounts as [(typeof amounts)[0]];
      const other = amounts.find((amount) => amount.unit !== unit);
      if (other !== undefined)
        throw new ExpressionError(unlike(unit, other.unit), token, { expected: 'values of one unit' });
      return formatAmount({ value: apply(...amounts.map(({ value }) => value)), unit });
    };
  }

  #list(open: string, close: string): Evaluate[] {
    this.#demand(open);
    const items = [this.#or()];
    while (this.#take(',') !== undefined) items.push(this.#or());
    this.#demand(close);
    return items;
  }
}

const constant =
  (value: ParameterValue): Evaluate =>
  () =>
    value;

const show = (value: ParameterValue): string => (value === null ? 'no value' : JSON.stringify(value));
const unlike = (a: string, b: string): string =>
  `values in ${a === '' ? 'no unit' : a} and ${b === '' ? 'no unit' : b}`;

function truth(value: ParameterValue, at: Span): boolean {
  if (typeof value === 'boolean') return value;
  throw new ExpressionError(`${show(value)} is neither true nor false`, at, { expected: 'a comparison on each side' });
}

/** Equal as values, as texts, or as amounts: '60s' is '1m'. */
function areEqual(a: ParameterValue, b: ParameterValue): boolean {
  if (a === b) return true;
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  const values = commonUnit(a, b);
  return values !== undefined && values[0] === values[1];
}

function ordered(a: ParameterValue, b: ParameterValue, at: Token): readonly [number, number] {
  if (typeof a === 'number' && typeof b === 'number') return [a, b];
  const values = typeof a === 'string' && typeof b === 'string' ? commonUnit(a, b) : undefined;
  if (values !== undefined) return values;
  throw new ExpressionError(`${show(a)} ${at.text} ${show(b)}`, at, {
    expected: 'two numbers, or two texts with units of one kind',
  });
}

function amountOf(value: ParameterValue, at: Span) {
  const amount = parseAmount(value);
  if (amount === undefined)
    throw new ExpressionError(`${show(value)} is no amount`, at, {
      expected: "a number, or a text with a unit such as '10ms'",
    });
  return amount;
}

function add(left: ParameterValue, right: ParameterValue, at: Token): ParameterValue {
  const [a, b] = [amountOf(left, at), amountOf(right, at)];
  if (a.unit !== b.unit)
    throw new ExpressionError(`${show(left)} ${at.text} ${show(right)}`, at, { expected: 'both in one unit' });
  return formatAmount({ value: at.text === '+' ? a.value + b.value : a.value - b.value, unit: a.unit });
}

function multiply(left: ParameterValue, right: ParameterValue, at: Token): ParameterValue {
  const [a, b] = [amountOf(left, at), amountOf(right, at)];
  const refuse = (expected: string): never => {
    throw new ExpressionError(`${show(left)} ${at.text} ${show(right)}`, at, { expected });
  };
  if (at.text === '*') {
    if (a.unit !== '' && b.unit !== '') refuse('a number on one side');
    return formatAmount({ value: a.value * b.value, unit: a.unit + b.unit });
  }
  if (b.value === 0) refuse('a divisor that is not zero');
  if (at.text === '%') {
    if (a.unit !== b.unit) refuse('both in one unit');
    return formatAmount({ value: a.value % b.value, unit: a.unit });
  }
  if (b.unit === '') return formatAmount({ value: a.value / b.value, unit: a.unit });
  const values = commonUnit(String(left), String(right)) ?? refuse('a number, or an amount of the same kind');
  return formatAmount({ value: values[0] / values[1], unit: '' });
}
