import { isExecutionError } from '@agentweaver/core/errors/to-execution-error';
import type { OpenModel } from '@agentweaver/core/models/ask-models';
import { PROVIDERS } from '@agentweaver/core/models/catalog';
import type { ModelClient } from '@agentweaver/core/models/create-model';
import type { ModelRequest, ModelResponse } from '@agentweaver/core/models/model-call';
import { activeTracing, errorCodeOf, failSpan, type Tracing } from '@agentweaver/db/tracing/tracing';
import { type Span, SpanKind } from '@opentelemetry/api';
import type { ResolvedModel } from '../host/resolve-model.ts';
import { modelAttributes, serverAttributes } from './model-attributes.ts';
import { inputContent, outputContent } from './model-content.ts';

/** The spans of one model call: one for each model that is asked, its retries included, as the GenAI conventions have it. */
export type ModelTrace = {
  /** From now on this model is asked. */
  opened(resolved: ResolvedModel, model: OpenModel): OpenModel;
  answered(response: ModelResponse): void;
  failed(error: unknown, signal: AbortSignal): void;
};

const OFF: ModelTrace = { opened: (_resolved, model) => model, answered: () => undefined, failed: () => undefined };

export const traceModelCall = (request: ModelRequest): ModelTrace => {
  const tracing = activeTracing();
  return tracing ? createModelTrace(tracing, request) : OFF;
};

const createModelTrace = (tracing: Tracing, request: ModelRequest): ModelTrace => {
  let current: { span: Span; error?: unknown } | undefined;

  /** The model before failed; why, its last attempt said. */
  const endCurrent = (): void => {
    if (!current) return;
    failSpan(current.span, errorCodeOf(current.error));
    current.span.end();
    current = undefined;
  };

  const watch = (client: ModelClient, asked: { span: Span; error?: unknown }): ModelClient => {
    const { span } = asked;
    let attempt = 0;
    const ask = async (work: () => Promise<ModelResponse>): Promise<ModelResponse> => {
      attempt += 1;
      // Before it there may be a wait for its turn.
      span.addEvent('attempt', { 'agentweaver.attempt': attempt });
      try {
        return await tracing.run(span, work);
      } catch (error) {
        asked.error = error;
        span.addEvent('attempt_failed', { 'error.type': errorCodeOf(error), 'agentweaver.attempt': attempt });
        throw error;
      }
    };
    return {
      ...client,
      generate: (asking, options) => ask(() => client.generate(asking, options)),
      stream: (asking, options) => {
        const startedAt = performance.now();
        let isFirst = true;
        const onDelta = (text: string): void => {
          if (isFirst)
            span.setAttribute('gen_ai.response.time_to_first_chunk', (performance.now() - startedAt) / 1_000);
          isFirst = false;
          options.onDelta(text);
        };
        span.setAttribute('gen_ai.request.stream', true);
        return ask(() => client.stream(asking, { ...options, onDelta }));
      },
    };
  };

  return {
    opened: (resolved, model) => {
      endCurrent();
      const asked = { span: tracing.start(spanOf(resolved, request)) };
      if (tracing.capturesContent) asked.span.setAttributes(inputContent(request));
      current = asked;
      return { ...model, client: watch(model.client, asked) };
    },
    answered: (response) => {
      if (!current) return;
      const { span } = current;
      span.setAttributes(responseAttributes(response));
      if (tracing.capturesContent) span.setAttributes(outputContent(response));
      span.end();
      current = undefined;
    },
    failed: (error, signal) => {
      if (!current) return;
      failSpan(current.span, !isExecutionError(error) && signal.aborted ? 'aborted' : errorCodeOf(error));
      current.span.end();
      current = undefined;
    },
  };
};

const spanOf = (resolved: ResolvedModel, request: ModelRequest) => {
  const attributes = modelAttributes(resolved.id, 'gen_ai.request.model');
  const isDemo = resolved.via === 'demo';
  return {
    name: `chat ${attributes['gen_ai.request.model']}`,
    kind: isDemo ? SpanKind.INTERNAL : SpanKind.CLIENT,
    attributes: {
      'gen_ai.operation.name': 'chat',
      ...attributes,
      ...(isDemo ? {} : serverAttributes(baseUrlOf(resolved))),
      'gen_ai.request.max_tokens': request.maxTokens,
      'gen_ai.request.temperature': request.temperature,
      'gen_ai.output.type': request.outputSchema ? 'json' : 'text',
    },
  };
};

const baseUrlOf = (resolved: ResolvedModel): string | undefined => {
  switch (resolved.via) {
    case 'local':
      return resolved.baseUrl;
    case 'key':
      return resolved.key.baseUrl ?? PROVIDERS[resolved.key.provider].baseUrl;
    case 'demo':
      return undefined;
  }
};

/** Our words for why a model stopped, by those of the conventions. */
const FINISH_REASONS: Record<ModelResponse['finishReason'], string> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'content_filter',
  tool_calls: 'tool_call',
  other: 'other',
};

const responseAttributes = ({ model, usage, finishReason, costUsd }: ModelResponse) => ({
  ...modelAttributes(model, 'gen_ai.response.model'),
  'gen_ai.response.finish_reasons': [FINISH_REASONS[finishReason]],
  'gen_ai.usage.input_tokens': usage.inputTokens,
  'gen_ai.usage.output_tokens': usage.outputTokens,
  ...(usage.cachedInputTokens > 0 ? { 'gen_ai.usage.cache_read.input_tokens': usage.cachedInputTokens } : {}),
  ...(usage.reasoningTokens > 0 ? { 'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens } : {}),
  'agentweaver.cost_usd': costUsd,
});
