import { CoordinatorAgent } from '../../agents/coordinator/coordinator-agent.ts';
import type { AgentSettings, Specialist } from '../../agents/coordinator/specialist.ts';
import { withFeedback } from '../../agents/feedback-prompt.ts';
import { parseOutputSchema } from '../../agents/output-schema.ts';
import { bindTools } from '../../tools/bind-tools.ts';
import type { Execute, ExecuteContext } from '../node-type.ts';
import type { CoordinatorConfig } from './definition.ts';

export const executeCoordinator: Execute<CoordinatorConfig> = async (context) => {
  const { config, render, feedback, timeoutMs } = context;
  const outputSchema = parseOutputSchema(config.outputSchema);
  const task = await render(config.task);
  const callTimeoutMs = Math.min(config.timeoutMs, timeoutMs);
  const coordinator: AgentSettings = {
    role: config.role,
    personality: config.personality,
    model: config.model,
    temperature: config.temperature,
    maxTokens: config.maxTokens,
    timeoutMs: callTimeoutMs,
  };
  const agent = new CoordinatorAgent(
    {
      task: feedback ? withFeedback(task, feedback) : task,
      coordinator,
      specialists: await bindSpecialists(context, callTimeoutMs),
      limits: config,
      outputSchema,
    },
    context,
  );
  const { answer, complexity, reason, rounds, subtasks, model, usage, costUsd, cached } = await agent.run();
  return {
    output: { answer, complexity, reason, rounds, subtasks },
    reason: `${complexity}, ${subtasks.length === 1 ? '1 part' : `${subtasks.length} parts`}: ${reason}`,
    model,
    usage,
    costUsd,
    cached,
  };
};

/** One after the other, so that host calls that ask servers for their tools are counted alike each time. */
const bindSpecialists = async (
  context: ExecuteContext<CoordinatorConfig>,
  timeoutMs: number,
): Promise<Specialist[]> => {
  const specialists: Specialist[] = [];
  for (const { tools, name, skills, role, ...specialist } of context.config.specialists) {
    specialists.push({
      ...specialist,
      name: name || specialist.id,
      role: role || name || specialist.id,
      skills: skills.filter((skill) => skill.trim() !== ''),
      timeoutMs,
      tools: await bindTools(tools, context),
    });
  }
  return specialists;
};
