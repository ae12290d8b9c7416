import { askStreaming, askWhole } from './ask-provider.ts';
import { PROVIDERS } from './catalog.ts';
import { startDeadline } from './deadline.ts';
import type { ModelRequest, ModelResponse } from './model-call.ts';
import { ModelError } from './model-errors.ts';
import type { PriceOptions } from './prices.ts';
import { toModelError } from './provider-errors.ts';
import { toModelResponse } from './sdk-answer.ts';
import { createSdkModel, type ProviderConnection } from './sdk-model.ts';
import { forceTools, toSdkRequest } from './sdk-request.ts';

type Target = { connection: ProviderConnection; name: string; id: string; prices: PriceOptions };

/** Asks once, through the SDK of the provider. */
export const callProvider = async (
  { connection, name, id, prices }: Target,
  request: ModelRequest,
  signal: AbortSignal,
  onDelta: ((text: string) => void) | undefined,
): Promise<ModelResponse> => {
  signal.throwIfAborted();
  const providerName = PROVIDERS[connection.provider].name;
  const failed = { providerName, model: name, apiKey: connection.apiKey };
  const deadline = startDeadline(request.timeoutMs, signal);
  const started = performance.now();
  try {
    const model = forceTools(createSdkModel(connection, name), request);
    const options = { model, request: toSdkRequest(request, id), abortSignal: deadline.signal };
    const answer = onDelta ? await askStreaming(options, onDelta) : await askWhole(options);
    const durationMs = performance.now() - started;
    return toModelResponse(answer, { request, modelId: id, providerName, durationMs, prices });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.isOver()) throw timeoutError(request.timeoutMs, failed);
    throw toModelError(error, failed);
  } finally {
    deadline.clear();
  }
};

const timeoutError = (timeoutMs: number, { providerName, model }: { providerName: string; model: string }) =>
  new ModelError({
    code: 'node_timeout',
    message: `${model} of ${providerName} did not finish its answer within ${timeoutMs / 1_000} s.`,
    hint: 'Raise the agent’s timeout, ask for a shorter answer, or choose a faster model.',
  });
