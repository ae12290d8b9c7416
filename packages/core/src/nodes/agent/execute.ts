import type { AgentAnswer } from '../../agents/agent-task.ts';
import { runAgent } from '../../agents/run-agent.ts';
import type { Execute, ExecuteResult } from '../node-type.ts';
import { agentTaskOf } from './agent-task-of.ts';
import type { AgentConfig } from './definition.ts';

export const executeAgent: Execute<AgentConfig> = async (context) => {
  const task = await agentTaskOf(context);
  const answer = await runAgent(task, context);
  return agentResult(answer, task.outputSchema ? answer.output : answer.text);
};

export const agentResult = (
  { reason, model, usage, costUsd, cached }: Pick<AgentAnswer, 'reason' | 'model' | 'usage' | 'costUsd' | 'cached'>,
  output: unknown,
): ExecuteResult => ({ output, reason, model, usage, costUsd, cached });
