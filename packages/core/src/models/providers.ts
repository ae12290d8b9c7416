import { generateText, jsonSchema, type LanguageModelUsage, NoObjectGeneratedError, Output, streamText } from 'ai';
import { ExecutionError } from '../engine/execution-errors.ts';
import { PROVIDERS, parseModelId } from './catalog.ts';
import { completeRequest } from './complete-request.ts';
import { createModel, type ProviderConnection } from './create-model.ts';
import { type ModelRequest, type ModelRequestInput, type ModelResponse, promptOf, type Usage } from './model-call.ts';
import { costOf } from './prices.ts';
import { type FailedCall, toModelError } from './provider-errors.ts';

type Answer = {
  text: string;
  usage: LanguageModelUsage | undefined;
  finishReason: string | undefined;
};

/**
 * Asks a provider's model once: retries belong to the engine. `request.model` is a resolved `provider/model`. With
 * `onDelta` the answer is streamed, and each piece of text is handed on as it comes. With an `outputSchema` the response
 * carries `output` when the answer was JSON; whether it fits the schema is for the caller to check. `reason` is for the
 * caller to replace where it chose the model. Rejects with `ExecutionError`, or with the signal's reason when aborted.
 */
export const generateWithProvider = async (
  connection: ProviderConnection,
  input: ModelRequestInput,
  signal: AbortSignal,
  onDelta?: (text: string) => void,
): Promise<ModelResponse> => {
  signal.throwIfAborted();
  const request = completeRequest(input);
  const model = parseModelId(request.model)?.model ?? request.model;
  const call: FailedCall = { providerName: PROVIDERS[connection.provider].name, model, apiKey: connection.apiKey };
  const deadline = startDeadline(request.timeoutMs, signal);
  const started = performance.now();
  try {
    const answer = await ask(connection, model, request, deadline.signal, onDelta);
    return toResponse(request, answer, performance.now() - started, call);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.isOver()) throw timeoutError(request.timeoutMs, call);
    throw toModelError(error, call);
  } finally {
    deadline.clear();
  }
};

const ask = async (
  connection: ProviderConnection,
  model: string,
  request: ModelRequest,
  abortSignal: AbortSignal,
  onDelta: ((text: string) => void) | undefined,
): Promise<Answer> => {
  const { outputSchema } = request;
  const options = {
    model: createModel(connection, model),
    system: systemPrompt(connection, request),
    prompt: promptOf(request),
    temperature: request.temperature,
    maxOutputTokens: request.maxTokens,
    maxRetries: 0,
    abortSignal,
    ...(outputSchema ? { output: Output.object({ schema: jsonSchema(outputSchema) }) } : {}),
    providerOptions: {
      // OpenAI's strict mode takes only schemas without optional members, and people write others. Nothing is stored there.
      openai: { strictJsonSchema: false, store: false },
    },
  };
  if (!onDelta) return generate(options);
  let failure: unknown;
  const result = streamText({
    ...options,
    onError: ({ error }) => {
      failure ??= error;
    },
  });
  let text = '';
  for await (const delta of result.textStream) {
    text += delta;
    onDelta(delta);
  }
  if (failure !== undefined) throw failure;
  abortSignal.throwIfAborted();
  return { text, usage: await result.totalUsage, finishReason: await result.finishReason };
};

const generate = async (options: Parameters<typeof generateText>[0]): Promise<Answer> => {
  try {
    const { text, totalUsage, finishReason } = await generateText(options);
    return { text, usage: totalUsage, finishReason };
  } catch (error) {
    // The model answered, and the answer was paid for: the caller says what is wrong with it.
    if (!NoObjectGeneratedError.isInstance(error)) throw error;
    return { text: error.text ?? '', usage: error.usage, finishReason: error.finishReason };
  }
};

const systemPrompt = ({ provider }: ProviderConnection, { role, personality, outputSchema }: ModelRequest): string => {
  const lines = [`Your role: ${role}.`];
  if (personality.trim() !== '') lines.push(`Your manner: ${personality}.`);
  // Many compatible servers take the schema and do not show it to the model.
  if (outputSchema && provider === 'openai_compatible') {
    lines.push(`Answer with nothing but JSON that satisfies this JSON Schema:\n${JSON.stringify(outputSchema)}`);
  }
  return lines.join('\n');
};

const toResponse = (request: ModelRequest, answer: Answer, durationMs: number, call: FailedCall): ModelResponse => {
  const finishReason = toFinishReason(answer.finishReason);
  if (finishReason === 'content_filter' && answer.text === '') {
    throw new ExecutionError({
      code: 'model_refused',
      message: `${call.providerName} filtered the answer.`,
      hint: 'Change the prompt so that it keeps to the provider’s rules.',
    });
  }
  if (finishReason === 'other' && answer.text === '') {
    throw new ExecutionError({
      code: 'model_unavailable',
      message: `${call.providerName} answered without any text.`,
      hint: 'Try again; if it stays, check the base URL and the model.',
    });
  }
  const usage = toUsage(answer.usage);
  const { costUsd, priced } = costOf(request.model, usage);
  return {
    text: answer.text,
    message: { role: 'assistant', content: answer.text === '' ? [] : [{ type: 'text', text: answer.text }] },
    toolCalls: [],
    cached: false,
    ...(request.outputSchema ? { output: parseJson(answer.text) } : {}),
    model: request.model,
    reason: priced ? 'Named by the agent.' : 'Named by the agent. Its price is not known, so its cost counts as 0.',
    usage,
    costUsd,
    durationMs: Math.round(durationMs),
    finishReason,
  };
};

const toFinishReason = (reason: string | undefined): ModelResponse['finishReason'] => {
  switch (reason) {
    case 'stop':
    case 'length':
      return reason;
    case 'content-filter':
      return 'content_filter';
    case 'tool-calls':
      return 'tool_calls';
    default:
      return 'other';
  }
};

const toUsage = (usage: LanguageModelUsage | undefined): Usage => ({
  inputTokens: usage?.inputTokens ?? 0,
  outputTokens: usage?.outputTokens ?? 0,
  cachedInputTokens: usage?.inputTokenDetails?.cacheReadTokens ?? 0,
  reasoningTokens: usage?.outputTokenDetails?.reasoningTokens ?? 0,
});

/** `undefined` when the text is no JSON. Some models wrap it in a fence. */
const parseJson = (text: string): unknown => {
  const bare = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(bare);
  } catch {
    return undefined;
  }
};

/** Composed by hand: `AbortSignal.any` keeps its sources alive for as long as they live. */
const startDeadline = (timeoutMs: number, signal: AbortSignal) => {
  const controller = new AbortController();
  let over = false;
  const follow = () => controller.abort(signal.reason);
  signal.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(() => {
    over = true;
    controller.abort(new Error('timeout'));
  }, timeoutMs);
  return {
    signal: controller.signal,
    isOver: () => over,
    clear: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', follow);
    },
  };
};

const timeoutError = (timeoutMs: number, { providerName, model }: FailedCall): ExecutionError =>
  new ExecutionError({
    code: 'node_timeout',
    message: `${model} of ${providerName} did not finish its answer within ${timeoutMs / 1_000} s.`,
    hint: 'Raise the agent’s timeout, ask for a shorter answer, or choose a faster model.',
  });
