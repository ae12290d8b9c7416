import { describe, expect, it } from 'vitest';
import { toJsonOutput } from './json-output.ts';

describe('toJsonOutput', () => {
  it.each([
    [undefined, null],
    [
      { a: undefined, b: [undefined], c: new Date(0) },
      { b: [null], c: '1970-01-01T00:00:00.000Z' },
    ],
    ['text', 'text'],
  ])('hands on %j as it will be read back', (value, expected) => {
    expect(toJsonOutput(value, 'It').value).toEqual(expected);
  });

  it('counts bytes, not characters', () => {
    expect(toJsonOutput('日本', 'It').bytes).toBe(8);
  });

  it('refuses what JSON cannot hold', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(() => toJsonOutput(circle, 'The output')).toThrow(/The output is not JSON/);
    expect(() => toJsonOutput(1n, 'The output')).toThrow(/The output is not JSON/);
  });
});
