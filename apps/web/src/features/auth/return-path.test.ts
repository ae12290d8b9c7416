import { expect, it } from 'vitest';
import { safeReturnPath } from './return-path.ts';

it.each(['/w/acme/workflows', '/invite/abc?x=1#top'])('keeps %s', (path) => expect(safeReturnPath(path)).toBe(path));

it.each([
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/..//evil.example',
  'javascript:alert(1)',
  'w/acme',
  '',
  undefined,
  ['/a'],
])('sends %j to the start page', (value) => expect(safeReturnPath(value)).toBe('/'));
