import { ExecutionError } from '../../engine/execution-errors.ts';
import type { ModelResponse } from '../../models/model-call.ts';
import type { Execute } from '../node-type.ts';
import type { AgentConfig } from './definition.ts';
import { checkOutput, type OutputSchema, parseOutputSchema } from '../../agents/output-schema.ts';

export const executeAgent: Execute<AgentConfig> = async ({ config, render, host, nextCall, timeoutMs, log }) => {
  const outputSchema = parseOutputSchema(config.outputSchema);
  const response = await host.model.generate(
    {
      role: config.role,
      personality: config.personality,
      model: config.model,
      prompt: await render(config.prompt),
      temperature: config.temperature,
      maxTokens: config.maxTokens,
      timeoutMs: Math.min(config.timeoutMs, timeoutMs),
      outputSchema,
    },
    nextCall(),
  );
  if (response.finishReason === 'length') log('warn', `The answer was cut off at ${config.maxTokens} tokens.`);
  return {
    output: outputSchema ? structuredOutput(outputSchema, response) : response.text,
    reason: response.reason,
    model: response.model,
    usage: response.usage,
    costUsd: response.costUsd,
  };
};

const structuredOutput = (schema: OutputSchema, response: ModelResponse): unknown => {
  const output = response.output === undefined ? parseAnswer(response.text) : response.output;
  checkOutput(schema, output);
  return output;
};

/** Models like to wrap JSON in a fence. */
const parseAnswer = (text: string): unknown => {
  const bare = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(bare);
  } catch (cause) {
    throw new ExecutionError(
      {
        code: 'output_invalid',
        message: 'The model answered with text that is not JSON.',
        hint: 'Allow a retry, or choose a model with structured output.',
      },
      { cause },
    );
  }
};
