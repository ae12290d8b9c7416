import { z } from 'zod';

export const humanFieldSchema = z.object({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be letters, digits and _'),
  label: z.string().max(200).default(''),
  type: z.enum(['text', 'long_text', 'number', 'boolean', 'choice']).default('text'),
  required: z.boolean().default(false),
  /** For `choice`. */
  options: z.array(z.string().min(1).max(200)).max(50).default([]),
});
export type HumanField = z.infer<typeof humanFieldSchema>;

/** What a person is asked. */
export const humanRequestSchema = z.object({
  kind: z.enum(['approval', 'choice', 'form']),
  title: z.string().min(1).max(300),
  /** Markdown. */
  message: z.string().max(100_000).default(''),
  choices: z
    .array(z.object({ id: z.string().min(1).max(64), label: z.string().min(1).max(200) }))
    .max(50)
    .default([]),
  fields: z.array(humanFieldSchema).max(50).default([]),
  /** How long to wait from the first time it is asked, in ms. Absent: for ever. */
  deadlineMs: z.int().min(1_000).max(31_536_000_000).optional(),
});
export type HumanRequest = z.infer<typeof humanRequestSchema>;

/** What a person may send; which of the three is needed follows from the request's kind. */
export const humanResponseSchema = z.object({
  approved: z.boolean().optional(),
  choice: z.string().max(64).optional(),
  values: z.record(z.string(), z.union([z.string().max(20_000), z.number(), z.boolean(), z.null()])).optional(),
  comment: z.string().max(4_000).optional(),
});
export type HumanResponse = z.infer<typeof humanResponseSchema>;

export const humanAnswerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answered'),
    response: humanResponseSchema,
    /** The name of who answered. */
    by: z.string().max(200),
    at: z.number(),
  }),
  z.object({ kind: z.literal('expired'), at: z.number() }),
]);
export type HumanAnswer = z.infer<typeof humanAnswerSchema>;

export type HumanPort<Call> = {
  /** Throws `Suspended` where waiting must not hold anything. */
  ask(request: z.input<typeof humanRequestSchema>, call: Call): Promise<HumanAnswer>;
};
