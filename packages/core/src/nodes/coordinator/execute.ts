import type { AgentContext } from '../../agents/agent-task.ts';
import { CoordinatorAgent } from '../../agents/coordinator/coordinator-agent.ts';
import type { Coordination, Specialist } from '../../agents/coordinator/specialist.ts';
import { withFeedback } from '../../agents/feedback-prompt.ts';
import { parseOutputSchema } from '../../agents/output-schema.ts';
import { bindTools } from '../../tools/bind-tools.ts';
import type { Execute, ExecuteContext, ExecuteResult } from '../node-type.ts';
import type { CoordinatorConfig } from './definition.ts';

export const executeCoordinator: Execute<CoordinatorConfig> = async (context) =>
  coordinate(await coordinationOf(context), context);

/** What a coordinator node asks its team to do. */
export const coordinationOf = async (context: ExecuteContext<CoordinatorConfig>): Promise<Coordination> => {
  const { config, render, feedback } = context;
  const outputSchema = parseOutputSchema(config.outputSchema);
  const task = await render(config.task);
  const timeoutMs = Math.min(config.timeoutMs, context.timeoutMs);
  const { role, personality, model, temperature, maxTokens } = config;
  return {
    task: feedback ? withFeedback(task, feedback) : task,
    coordinator: { role, personality, model, temperature, maxTokens, timeoutMs },
    specialists: await bindSpecialists(context, timeoutMs),
    limits: config,
    outputSchema,
  };
};

export const coordinate = async (work: Coordination, context: AgentContext): Promise<ExecuteResult> => {
  const { answer, complexity, reason, rounds, subtasks, model, usage, costUsd, cached } = await new CoordinatorAgent(
    work,
    context,
  ).run();
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
