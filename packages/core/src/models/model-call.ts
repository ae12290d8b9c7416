import { z } from 'zod';

/** Tokens of one call. `inputTokens` includes `cachedInputTokens`, `outputTokens` includes `reasoningTokens`. */
export const usageSchema = z.object({
  inputTokens: z.int().min(0),
  outputTokens: z.int().min(0),
  cachedInputTokens: z.int().min(0).default(0),
  reasoningTokens: z.int().min(0).default(0),
});
export type Usage = z.infer<typeof usageSchema>;

/** `provider/model`, e.g. `anthropic/claude-sonnet-4-5`, `demo/demo-model`; `auto` lets the host choose. */
export const modelIdSchema = z.string().min(1).max(200);

export const modelRequestSchema = z.object({
  role: z.string().max(2_000),
  personality: z.string().max(2_000),
  model: modelIdSchema,
  prompt: z.string().max(2_000_000),
  temperature: z.number().min(0).max(2),
  maxTokens: z.int().min(1).max(1_000_000),
  timeoutMs: z.int().min(100).max(3_600_000),
  /** JSON Schema that the answer must satisfy; the response then carries `output`. */
  outputSchema: z.record(z.string(), z.unknown()).optional(),
});
export type ModelRequest = z.infer<typeof modelRequestSchema>;

export const modelResponseSchema = z.object({
  text: z.string(),
  /** The parsed answer when the request had an `outputSchema`. */
  output: z.unknown().optional(),
  /** The model that answered, as `provider/model`. */
  model: modelIdSchema,
  /** Why this model was used, in one sentence. */
  reason: z.string(),
  usage: usageSchema,
  costUsd: z.number().min(0),
  durationMs: z.number().min(0),
  finishReason: z.enum(['stop', 'length', 'content_filter', 'tool_calls', 'other']),
});
export type ModelResponse = z.infer<typeof modelResponseSchema>;
