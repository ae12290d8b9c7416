import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeIssues } from './describe-issue.ts';

const wrong = (schema: z.ZodType, value: unknown) => {
  const parsed = schema.safeParse(value, { reportInput: true });
  return describeIssues(parsed.error?.issues ?? []).map(({ path, description }) => `${path.join('.')}: ${description}`);
};

describe('describeIssues', () => {
  const shape = z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('circle'), radius: z.number().max(9) }),
    z.strictObject({ kind: z.literal('box'), sides: z.array(z.int()).min(2).max(3) }),
  ]);

  it.each([
    [shape, { kind: 'line' }, ['kind: must be one of "circle", "box"']],
    [shape, { kind: 'circle' }, ['radius: is missing']],
    [
      shape,
      { kind: 'circle', radius: 10, colour: 1, size: 2 },
      ['radius: must be at most 9', 'colour: is not a known field', 'size: is not a known field'],
    ],
    [shape, { kind: 'box', sides: [1.5, 2] }, ['sides.0: must be a whole number']],
    [shape, { kind: 'box', sides: [1] }, ['sides: must have at least 2 entries']],
    [z.union([z.string(), z.object({ a: z.object({ b: z.number() }) })]), { a: { b: 'x' } }, ['a.b: must be a number']],
    [z.union([z.string(), z.number()]), true, [': has none of the allowed forms']],
    [z.enum(['a', 'b']), 'c', [': must be one of "a", "b"']],
    [z.string().max(2), 'abc', [': must have at most 2 characters']],
    [z.string().refine((text) => text === 'x', 'must be x'), 'y', [': must be x']],
  ])('%#', (schema, value, expected) => {
    expect(wrong(schema, value)).toEqual(expected);
  });
});
