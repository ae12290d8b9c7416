import { askAgain } from '../../agents/feedback-prompt.ts';
import { parseOutputSchema } from '../../agents/output-schema.ts';
import { readImages } from '../../agents/read-images.ts';
import { runAgent } from '../../agents/run-agent.ts';
import { userMessage } from '../../models/model-call.ts';
import { bindTools } from '../../tools/bind-tools.ts';
import type { Execute } from '../node-type.ts';
import type { AgentConfig } from './definition.ts';

export const executeAgent: Execute<AgentConfig> = async (context) => {
  const { config, evaluate, render, feedback, timeoutMs } = context;
  const outputSchema = parseOutputSchema(config.outputSchema);
  const prompt = await render(config.prompt);
  const images = config.images.trim() === '' ? [] : await readImages(await evaluate(config.images), context);
  const tools = await bindTools(config.tools, context);
  const { reasoningEffort } = config;
  const answer = await runAgent(
    {
      ...(feedback ? askAgain(userMessage(prompt, images), feedback) : { prompt, images }),
      role: config.role,
      personality: config.personality,
      model: config.model,
      fallbackModels: config.fallbackModels.filter((model) => model.trim() !== ''),
      temperature: config.temperature,
      maxTokens: config.maxTokens,
      timeoutMs: Math.min(config.timeoutMs, timeoutMs),
      ...(reasoningEffort === 'default' ? {} : { reasoningEffort }),
      ...(outputSchema ? { outputSchema } : {}),
      cacheTtlSeconds: config.cacheTtlSeconds,
      tools,
      maxSteps: config.maxSteps,
    },
    context,
  );
  return {
    output: outputSchema ? answer.output : answer.text,
    reason: answer.reason,
    model: answer.model,
    usage: answer.usage,
    costUsd: answer.costUsd,
    cached: answer.cached,
  };
};
