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

/** What a provider wants back unchanged with the part it came with: signatures of thoughts, ids of stored items. */
const providerOptions = z.record(z.string(), z.record(z.string(), z.unknown())).optional();

const textPartSchema = z.object({ type: z.literal('text'), text: z.string().max(2_000_000), providerOptions });
const imagePartSchema = z.object({
  type: z.literal('image'),
  /** `image/png`, `image/jpeg`, `image/webp` or `image/gif`. */
  mediaType: z
    .string()
    .regex(/^image\/(?:png|jpeg|webp|gif)$/, 'must be image/png, image/jpeg, image/webp or image/gif'),
  /** Base64, without a `data:` prefix. */
  data: z.string().max(7_000_000),
});
const reasoningPartSchema = z.object({ type: z.literal('reasoning'), text: z.string(), providerOptions });
const toolCallPartSchema = z.object({
  type: z.literal('tool_call'),
  callId: z.string().max(200),
  name: z.string().max(128),
  /** What the model gave; checked against the tool's schema by the caller. */
  input: z.unknown(),
  providerOptions,
});
const toolResultPartSchema = z.object({
  type: z.literal('tool_result'),
  callId: z.string().max(200),
  name: z.string().max(128),
  output: z.unknown(),
  isError: z.boolean().default(false),
});

/** One turn of a conversation. The system prompt is made from `role` and `personality`. */
export const modelMessageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), content: z.array(z.union([textPartSchema, imagePartSchema])).min(1) }),
  z.object({
    role: z.literal('assistant'),
    content: z.array(z.union([textPartSchema, reasoningPartSchema, toolCallPartSchema])),
  }),
  z.object({ role: z.literal('tool'), content: z.array(toolResultPartSchema).min(1) }),
]);
export type ModelMessage = z.infer<typeof modelMessageSchema>;
export type AssistantMessage = Extract<ModelMessage, { role: 'assistant' }>;
export type ToolCallPart = z.infer<typeof toolCallPartSchema>;
export type ImagePart = z.infer<typeof imagePartSchema>;

/** A tool as a model sees it. */
export const modelToolSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, _ and -'),
  description: z.string().max(10_000),
  /** JSON Schema of an object. */
  inputSchema: z.record(z.string(), z.unknown()),
});
export type ModelTool = z.infer<typeof modelToolSchema>;

export const modelRequestSchema = z.object({
  role: z.string().max(2_000),
  personality: z.string().max(2_000),
  model: modelIdSchema,
  /** Asked in this order when the model before cannot answer (see `isWorthAnother` of the error taxonomy). */
  fallbackModels: z.array(modelIdSchema).max(5).default([]),
  messages: z.array(modelMessageSchema).min(1).max(1_000),
  tools: z.array(modelToolSchema).max(128).default([]),
  /** `none` makes the model answer in text although it has tools. */
  toolChoice: z.enum(['auto', 'required', 'none']).default('auto'),
  temperature: z.number().min(0).max(2),
  maxTokens: z.int().min(1).max(1_000_000),
  /** For models that reason; the others ignore it. */
  reasoningEffort: z.enum(['low', 'medium', 'high']).optional(),
  timeoutMs: z.int().min(100).max(3_600_000),
  /** JSON Schema that the answer must satisfy; the response then carries `output`. */
  outputSchema: z.record(z.string(), z.unknown()).optional(),
  /** An answer to the same request that is at most this old may be given again. 0: never. */
  cacheTtlSeconds: z.int().min(0).max(2_592_000).default(0),
  /** Nobody reads it while it is written, because others write at the same time: its pieces are not sent on. */
  quiet: z.literal(true).optional(),
});
export type ModelRequest = z.infer<typeof modelRequestSchema>;
/** Before defaults are filled in. */
export type ModelRequestInput = z.input<typeof modelRequestSchema>;

export const modelResponseSchema = z.object({
  /** All text of the answer. */
  text: z.string(),
  /** The answer to put into the conversation before the tools' results. */
  message: z.object({ role: z.literal('assistant'), content: modelMessageSchema.options[1].shape.content }),
  /** The tools that the model asks for, all of them to be run before the next call. */
  toolCalls: z.array(toolCallPartSchema),
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
  /** It came from the response cache; usage and cost are 0. */
  cached: z.boolean().default(false),
});
export type ModelResponse = z.infer<typeof modelResponseSchema>;

export const NO_USAGE: Usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };

export const addUsage = (left: Usage, right: Usage): Usage => ({
  inputTokens: left.inputTokens + right.inputTokens,
  outputTokens: left.outputTokens + right.outputTokens,
  cachedInputTokens: left.cachedInputTokens + right.cachedInputTokens,
  reasoningTokens: left.reasoningTokens + right.reasoningTokens,
});

/** A conversation's only or last question, as text. */
export const promptOf = ({ messages }: { messages: readonly ModelMessage[] }): string =>
  (messages.findLast((message) => message.role === 'user')?.content ?? [])
    .flatMap((part) => (part.type === 'text' ? [part.text] : []))
    .join('\n');

export const userMessage = (text: string, images: readonly ImagePart[] = []): ModelMessage => ({
  role: 'user',
  content: [{ type: 'text', text }, ...images],
});
