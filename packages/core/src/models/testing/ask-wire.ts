import { expect, onTestFinished } from 'vitest';
import { ExecutionError } from '../../engine/execution-errors.ts';
import { createModelClient } from '../create-model.ts';
import { type ModelRequestInput, type ModelResponse, userMessage } from '../model-call.ts';
import { type Received, type Reply, serve, type Wire } from './wire.ts';

export const KEY = 'sk-test-0123456789';

export const requestOf = (more: Partial<ModelRequestInput> = {}): ModelRequestInput => ({
  role: 'Poet',
  personality: 'calm',
  model: 'auto',
  messages: [userMessage('Say hello.')],
  temperature: 0.3,
  maxTokens: 100,
  timeoutMs: 5_000,
  ...more,
});

type AskOptions = {
  request?: Partial<ModelRequestInput>;
  /** Streams when given. */
  onDelta?: (text: string) => void;
  signal?: AbortSignal;
  fetch?: typeof globalThis.fetch;
};

/** Asks the adapter of a wire, which reaches a local server that answers as told. */
export const askWire = async (
  wire: Pick<Wire, 'provider' | 'model'>,
  reply: Reply,
  { request, onDelta, signal, fetch = globalThis.fetch }: AskOptions = {},
): Promise<{ answer: Promise<ModelResponse>; received: Received[] }> => {
  const { origin, received, close } = await serve(reply);
  onTestFinished(close);
  const connection = { provider: wire.provider, apiKey: KEY, baseUrl: `${origin}/v1`, fetch };
  const client = createModelClient({ model: request?.model ?? wire.model, connection });
  const options = signal ? { signal } : {};
  const answer = onDelta
    ? client.stream(requestOf(request), { ...options, onDelta })
    : client.generate(requestOf(request), options);
  return { answer, received };
};

/** What it failed with; never holds the key. */
export const failureOf = async (...asked: Parameters<typeof askWire>): Promise<ExecutionError> => {
  const { answer } = await askWire(...asked);
  const error = await answer.then(
    () => expect.unreachable('it answered'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ExecutionError)) throw error;
  expect(JSON.stringify(error.data)).not.toContain(KEY);
  return error;
};
