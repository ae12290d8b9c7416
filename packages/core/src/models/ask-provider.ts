import { generateText, type LanguageModel, NoObjectGeneratedError, streamText } from 'ai';
import { ModelError } from './model-errors.ts';
import type { SdkAnswer } from './sdk-answer.ts';
import type { toSdkRequest } from './sdk-request.ts';

type AskOptions = {
  model: LanguageModel;
  request: ReturnType<typeof toSdkRequest>;
  abortSignal: AbortSignal;
};

/** One request, one whole answer. */
export const askWhole = async ({ model, request, abortSignal }: AskOptions): Promise<SdkAnswer> => {
  try {
    const answer = await generateText({ model, ...request, maxRetries: 0, abortSignal });
    const { content, totalUsage: usage, finishReason } = answer;
    assertEnded(finishReason, answer.rawFinishReason, content.length === 0);
    return { content, usage, finishReason };
  } catch (error) {
    // The model answered, and the answer was paid for: the caller says what is wrong with it.
    if (!NoObjectGeneratedError.isInstance(error)) throw error;
    const { text, usage, finishReason } = error;
    return { content: text ? [{ type: 'text', text }] : [], usage, finishReason };
  }
};

/** The same, with each piece of text handed on as it comes. */
export const askStreaming = async (
  { model, request, abortSignal }: AskOptions,
  onDelta: (text: string) => void,
): Promise<SdkAnswer> => {
  const result = streamText({ model, ...request, maxRetries: 0, abortSignal, onError: () => undefined });
  for await (const part of result.fullStream) {
    if (part.type === 'text-delta') onDelta(part.text);
    // Also what a provider says in the middle of a stream; the first error is the cause of the others.
    if (part.type === 'error') throw part.error;
  }
  abortSignal.throwIfAborted();
  const [content, usage, finishReason, raw] = await Promise.all([
    result.content,
    result.totalUsage,
    result.finishReason,
    result.rawFinishReason,
  ]);
  assertEnded(finishReason, raw, true);
  return { content, usage, finishReason };
};

/** Without a reason to finish the answer did not come to its end, however much of it there is. */
const assertEnded = (finishReason: string, raw: string | undefined, isDoubtful: boolean): void => {
  if (!isDoubtful || raw !== undefined || (finishReason !== 'other' && finishReason !== 'error')) return;
  throw new ModelError({
    code: 'model_malformed',
    message: 'The answer of the model ended before it was complete.',
    hint: 'Try again; if it stays, check the base URL and the model.',
  });
};
