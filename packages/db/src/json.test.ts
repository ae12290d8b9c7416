import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, hashJson, storableJson, storableText } from './json.ts';

describe('storableJson', () => {
  it('replaces what PostgreSQL refuses and keeps the rest', () => {
    expect(storableJson({ 'a\0': ['x\0y', '\ud800z', 'é\u{1F600}', '\\u0000'] })).toEqual({
      'a\uFFFD': ['x\uFFFDy', '\uFFFDz', 'é\u{1F600}', '\\u0000'],
    });
  });

  it('turns what is no JSON into null', () => {
    expect(storableJson(undefined)).toBeNull();
    expect(storableJson({ f: () => 1, n: Number.NaN })).toEqual({ n: null });
  });

  it('keeps every JSON value that has no such character', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.stringify(storableJson(value))).toBe(JSON.stringify(value));
      }),
    );
  });
});

it('storableText replaces NUL and lone surrogates', () => {
  expect(storableText('a\0b\udc00')).toBe('a\uFFFDb\uFFFD');
});

describe('hashJson', () => {
  it('does not depend on the order of keys', () => {
    expect(canonicalJson({ b: 1, a: { d: [2, { y: 1, x: 2 }], c: null } })).toBe(
      '{"a":{"c":null,"d":[2,{"x":2,"y":1}]},"b":1}',
    );
    expect(hashJson({ a: 1, b: 2 })).toBe(hashJson({ b: 2, a: 1 }));
  });

  it('tells different values apart', () => {
    expect(hashJson({ a: 1 })).not.toBe(hashJson({ a: '1' }));
    expect(hashJson([1, 2])).not.toBe(hashJson([2, 1]));
  });
});
