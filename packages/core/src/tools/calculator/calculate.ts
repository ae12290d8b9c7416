import { CONSTANTS, FUNCTIONS } from './functions.ts';

/** The expression is no arithmetic, or has no finite result; `position` counts characters from 1. */
export class CalculationError extends Error {
  override readonly name = 'CalculationError';
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

const TOKEN = /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_]\w*)|(?<sign>\*\*|[-+*/%^(),]))/y;
const MAX_DEPTH = 100;
/** What doubles hold for certain: the noise behind it (0.1 + 0.2) is not part of the result. */
const SIGNIFICANT_DIGITS = 15;

type Token = { kind: 'number' | 'name' | 'sign' | 'end'; text: string; position: number };

/**
 * Arithmetic as people write it: `-2 ^ 2` is -4, `2 ^ 3 ^ 2` is 512. It reads and calculates in one pass and knows
 * nothing but numbers, so there is nothing in it to break out of. Throws `CalculationError`.
 */
export const calculate = (expression: string): number => {
  const reader = createReader(tokenize(expression));
  const value = readSum(reader, 0);
  const rest = reader.peek();
  if (rest.kind !== 'end') throw unexpected(rest);
  if (!Number.isFinite(value)) throw new CalculationError('the result is not a finite number', 1);
  return Number(value.toPrecision(SIGNIFICANT_DIGITS));
};

const tokenize = (expression: string): Token[] => {
  const text = expression.replaceAll('×', '*').replaceAll('÷', '/').replaceAll('−', '-').trimEnd();
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found) throw new CalculationError(`“${text.slice(start).trim()[0]}” is not arithmetic`, start + 1);
    const { number, name, sign } = found.groups ?? {};
    const token = number ?? name ?? sign ?? '';
    const kind = number !== undefined ? 'number' : name !== undefined ? 'name' : 'sign';
    tokens.push({ kind, text: token, position: TOKEN.lastIndex - token.length + 1 });
  }
  return [...tokens, { kind: 'end', text: '', position: text.length + 1 }];
};

const createReader = (tokens: Token[]) => {
  let next = 0;
  const end: Token = { kind: 'end', text: '', position: 1 };
  const peek = (): Token => tokens[next] ?? end;
  return {
    peek,
    take: (): Token => {
      const token = peek();
      next += 1;
      return token;
    },
    /** The sign that comes next, if it is one of these. */
    takeSign: (...signs: string[]): string | undefined => {
      const token = peek();
      if (token.kind !== 'sign' || !signs.includes(token.text)) return undefined;
      next += 1;
      return token.text;
    },
  };
};
type Reader = ReturnType<typeof createReader>;

const readSum = (reader: Reader, depth: number): number => {
  let value = readProduct(reader, depth);
  for (let sign = reader.takeSign('+', '-'); sign; sign = reader.takeSign('+', '-')) {
    const right = readProduct(reader, depth);
    value = sign === '+' ? value + right : value - right;
  }
  return value;
};

const readProduct = (reader: Reader, depth: number): number => {
  let value = readSigned(reader, depth);
  for (let sign = reader.takeSign('*', '/', '%'); sign; sign = reader.takeSign('*', '/', '%')) {
    const { position } = reader.peek();
    const right = readSigned(reader, depth);
    if (sign !== '*' && right === 0) throw new CalculationError('division by zero', position);
    if (sign === '*') value *= right;
    else value = sign === '/' ? value / right : value % right;
  }
  return value;
};

const readSigned = (reader: Reader, depth: number): number => {
  if (depth > MAX_DEPTH) throw new CalculationError('it is nested too deeply', reader.peek().position);
  const sign = reader.takeSign('+', '-');
  if (sign) return sign === '-' ? -readSigned(reader, depth + 1) : readSigned(reader, depth + 1);
  const base = readValue(reader, depth);
  return reader.takeSign('^', '**') ? base ** readSigned(reader, depth + 1) : base;
};

const readValue = (reader: Reader, depth: number): number => {
  const token = reader.take();
  if (token.kind === 'number') return Number(token.text);
  if (token.kind === 'name') return readName(reader, token, depth);
  if (token.text !== '(') throw unexpected(token);
  const value = readSum(reader, depth + 1);
  close(reader);
  return value;
};

const readName = (reader: Reader, { text, position }: Token, depth: number): number => {
  const name = text.toLowerCase();
  if (!reader.takeSign('(')) {
    const constant = CONSTANTS.get(name);
    if (constant === undefined) throw new CalculationError(`“${text}” is not known`, position);
    return constant;
  }
  const called = FUNCTIONS.get(name);
  if (!called) throw new CalculationError(`there is no function “${text}”`, position);
  const values: number[] = [];
  if (!reader.takeSign(')')) {
    do values.push(readSum(reader, depth + 1));
    while (reader.takeSign(','));
    close(reader);
  }
  if (values.length < called.least || values.length > called.most) {
    throw new CalculationError(`“${text}” does not take ${values.length} values`, position);
  }
  return called.of(...values);
};

const close = (reader: Reader): void => {
  const token = reader.peek();
  if (!reader.takeSign(')')) throw token.kind === 'end' ? unexpected(token, ')') : unexpected(token);
};

const unexpected = (token: Token, missing?: string): CalculationError => {
  if (missing) return new CalculationError(`a ${missing} is missing`, token.position);
  if (token.kind === 'end') return new CalculationError('it ends too early', token.position);
  const comma = token.text === ',' ? '; write numbers without commas' : '';
  return new CalculationError(`“${token.text}” is not expected here${comma}`, token.position);
};
