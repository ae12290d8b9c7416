import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executeTool } from '../testing/tool-context.ts';
import { calculate } from './calculate.ts';

describe('calculate', () => {
  it.each([
    ['2 + 3 * 4', 14],
    ['(2 + 3) * 4', 20],
    ['10 - 2 - 3', 5],
    ['100 / 10 / 2', 5],
    ['7 % 4', 3],
    ['-2 ^ 2', -4],
    ['(-2) ^ 2', 4],
    ['2 ^ 3 ^ 2', 512],
    ['2 ** -1', 0.5],
    ['--3', 3],
    ['+3 - -3', 6],
    ['0.1 + 0.2', 0.3],
    ['1.5e3 + .5', 1500.5],
    ['2 × 3 ÷ 4 − 1', 0.5],
    ['pi', Math.PI],
    ['E', Math.E],
    ['sqrt(16) + cbrt(27)', 7],
    ['round(1.005, 2)', 1.01],
    ['round(-2.5)', -3],
    ['round(1234.5, -2)', 1200],
    ['round(1e21)', 1e21],
    ['max(1, 5, 3) - min(4, 2)', 3],
    ['sum(1, 2, 3) + mean(2, 4)', 9],
    ['pow(2, 10)', 1024],
    ['ROUND(ln(e), 6)', 1],
    ['log10(1000) + log2(8)', 6],
    ['abs(-3) + floor(2.7) + ceil(2.1) + trunc(-2.7)', 6],
    ['sin(0) + cos(0) + tan(0) + asin(0) + acos(1) + atan(0) + exp(0)', 2],
    ['0 * -1', -0],
  ])('%s is %d', (expression, result) => expect(calculate(expression)).toBeCloseTo(result, 12));

  it.each([
    ['', 'it ends too early', 1],
    ['1 +', 'it ends too early', 4],
    ['(1 + 2', 'a ) is missing', 7],
    ['1 + 2)', '“)” is not expected here', 6],
    ['1,200 * 2', '“,” is not expected here; write numbers without commas', 2],
    ['2 x 3', '“x” is not expected here', 3],
    ['x + 1', '“x” is not known', 1],
    ['1 / 0', 'division by zero', 5],
    ['1 % (2 - 2)', 'division by zero', 5],
    ['10 ^ 400', 'the result is not a finite number', 1],
    ['sqrt(-1)', 'the result is not a finite number', 1],
    ['sqrt()', '“sqrt” does not take 0 values', 1],
    ['pow(2)', '“pow” does not take 1 values', 1],
    ['evil(1)', 'there is no function “evil”', 1],
    ['constructor', '“constructor” is not known', 1],
    ['toString(1)', 'there is no function “toString”', 1],
    ['process.exit()', '“.” is not arithmetic', 8],
    ['1; 2', '“;” is not arithmetic', 2],
    ['max(1, 2', 'a ) is missing', 9],
    ['(1 2)', '“2” is not expected here', 4],
  ])('%s: %s', (expression, message, position) => {
    expect(() => calculate(expression)).toThrowError(expect.objectContaining({ message, position }));
  });

  it('does not fall for depth', () => {
    expect(() => calculate('('.repeat(1_000) + ')'.repeat(1_000))).toThrow('nested too deeply');
    expect(() => calculate(`${'-'.repeat(1_900)}1`)).toThrow('nested too deeply');
    expect(calculate(`${'('.repeat(50)}1${')'.repeat(50)}`)).toBe(1);
  });

  it('never throws anything but its own error', () => {
    const pieces = fc.constantFrom(
      '1',
      '2.5',
      'pi',
      'sqrt',
      'max',
      '(',
      ')',
      ',',
      '+',
      '-',
      '*',
      '/',
      '^',
      '%',
      ' ',
      'x',
      '.',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        try {
          expect(Number.isFinite(calculate(parts.join('')))).toBe(true);
        } catch (error) {
          expect((error as Error).name).toBe('CalculationError');
        }
      }),
    );
  });

  it('calculates as JavaScript does, where both read the same', () => {
    const number = fc.integer({ min: 1, max: 99 }).map(String);
    const tree = fc.letrec<{ sum: string }>((tie) => ({
      sum: fc.oneof(
        { maxDepth: 4 },
        number,
        fc
          .tuple(tie('sum'), fc.constantFrom('+', '-', '*'), tie('sum'))
          .map(([left, sign, right]) => `(${left} ${sign} ${right})`),
      ),
    }));
    fc.assert(
      fc.property(tree.sum, (expression) => {
        const expected = Number((new Function(`return ${expression}`) as () => number)().toPrecision(15));
        expect(calculate(expression) === expected).toBe(true);
      }),
    );
  });
});

it('the tool gives the result, and says what is wrong where', async () => {
  expect(await executeTool('calculator', { input: { expression: ' 1 + 1 ' } })).toEqual({
    expression: '1 + 1',
    result: 2,
  });
  await expect(executeTool('calculator', { input: { expression: '1 + a' } })).rejects.toMatchObject({
    data: { code: 'tool_failed', message: 'expression: “a” is not known, at character 5 of “1 + a”.' },
  });
});
