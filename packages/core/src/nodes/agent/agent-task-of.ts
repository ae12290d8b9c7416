import type { AgentTask } from '../../agents/agent-task.ts';
import { askAgain } from '../../agents/feedback-prompt.ts';
import { parseOutputSchema } from '../../agents/output-schema.ts';
import { readImages } from '../../agents/read-images.ts';
import { userMessage } from '../../models/model-call.ts';
import { bindTools } from '../../tools/bind-tools.ts';
import type { ExecuteContext } from '../node-type.ts';
import type { AgentConfig } from './definition.ts';

/** What an agent node asks its agent to do. */
export const agentTaskOf = async (context: ExecuteContext<AgentConfig>): Promise<AgentTask> => {
  const { config, evaluate, render, feedback, timeoutMs } = context;
  const outputSchema = parseOutputSchema(config.outputSchema);
  const prompt = await render(config.prompt);
  const images = config.images.trim() === '' ? [] : await readImages(await evaluate(config.images), context);
  const tools = await bindTools(config.tools, context);
  const { reasoningEffort } = config;
  return {
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
  };
};
