type MathFunction = { least: number; most: number; of: (...values: number[]) => number };

const one = (of: (value: number) => number): MathFunction => ({
  least: 1,
  most: 1,
  of: (value = Number.NaN) => of(value),
});
const many = (of: (...values: number[]) => number): MathFunction => ({ least: 1, most: 1_000, of });

const sum = (...values: number[]): number => values.reduce((total, value) => total + value, 0);

/** Half away from zero, as people round; `digits` behind the point. */
const round = (value = Number.NaN, digits = 0): number => {
  const places = Math.min(Math.max(Math.trunc(digits), -300), 300);
  // Shifting the exponent in text avoids the error that a multiplication would bring (1.005).
  const shift = (number: number, by: number): number => {
    const [mantissa, exponent = '0'] = String(number).split('e');
    return Number(`${mantissa}e${Number(exponent) + by}`);
  };
  return Math.sign(value) * shift(Math.round(shift(Math.abs(value), places)), -places);
};

/** Maps: a name such as `constructor` must find nothing. */
export const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ['pi', Math.PI],
  ['e', Math.E],
]);

export const FUNCTIONS: ReadonlyMap<string, MathFunction> = new Map([
  ['abs', one(Math.abs)],
  ['acos', one(Math.acos)],
  ['asin', one(Math.asin)],
  ['atan', one(Math.atan)],
  ['cbrt', one(Math.cbrt)],
  ['ceil', one(Math.ceil)],
  ['cos', one(Math.cos)],
  ['exp', one(Math.exp)],
  ['floor', one(Math.floor)],
  ['ln', one(Math.log)],
  ['log10', one(Math.log10)],
  ['log2', one(Math.log2)],
  ['max', many(Math.max)],
  ['mean', many((...values) => sum(...values) / values.length)],
  ['min', many(Math.min)],
  ['pow', { least: 2, most: 2, of: (base = Number.NaN, exponent = Number.NaN) => base ** exponent }],
  ['round', { least: 1, most: 2, of: round }],
  ['sin', one(Math.sin)],
  ['sqrt', one(Math.sqrt)],
  ['sum', many(sum)],
  ['tan', one(Math.tan)],
  ['trunc', one(Math.trunc)],
]);
