import { expect, it } from 'vitest';
import { isHostPattern } from './host-pattern.ts';

it.each(['api.example.com', '*.example.com', 'EXAMPLE.co.jp'])('takes %s', (value) =>
  expect(isHostPattern(value)).toBe(true),
);
it.each(['https://example.com', 'example.com/path', 'example.com:80', 'localhost', '*', '*.*.com', '-a.com', ''])(
  'refuses %s',
  (value) => expect(isHostPattern(value)).toBe(false),
);
