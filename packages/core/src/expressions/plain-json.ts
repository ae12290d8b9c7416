/** JSON cannot hold this result. */
export class NotJsonError extends Error {
  override readonly name = 'NotJsonError';
}

/**
 * A JSONata result as plain JSON data. Its arrays carry flags and an own `push` as properties, which would break
 * `structuredClone`; nothing at all becomes `null`. Throws `NotJsonError` for functions and for NaN and Infinity,
 * which `JSON.stringify` would turn into something else without a word.
 */
export const toPlainJson = (value: unknown): unknown => {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new NotJsonError(`the result is ${value}, which is not a JSON number`);
  if (typeof value === 'function' || isJsonataFunction(value))
    throw new NotJsonError('the result is a function, not data');
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return Array.from(value, toPlainJson);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, toPlainJson(member)]),
  );
};

const isJsonataFunction = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('_jsonata_lambda' in value || '_jsonata_function' in value);
