import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { ModelError } from '@agentweaver/core/models/model-errors';

/** What is asked has limits of its own: a provider key, or a model server. */
export type CallSource = {
  /** The same for everything that shares the limits. */
  id: string;
  /** How people know it. */
  name: string;
  /** At once, in one executor. */
  calls?: number | undefined;
  /** In all executors. */
  callsPerMinute?: number | undefined;
};

/** Limits of a workspace's plan. */
export type WorkspaceLimits = {
  /** At once, in one executor. */
  maxHostCalls: number;
  /** In all executors. */
  maxHostCallsPerMinute: number;
};

/** Why a call waits for its turn. */
export const CALL_BLOCKS = [
  'total',
  'workspace_calls',
  'workspace_rate',
  'source_calls',
  'source_rate',
  'source_pause',
  'order',
] as const;
export type CallBlock = (typeof CALL_BLOCKS)[number];

export type BlockedCall = {
  block: CallBlock;
  limits: WorkspaceLimits;
  source?: CallSource | undefined;
  /** Calls at once of the whole executor. */
  maxUnderWay: number;
};

/** For a sentence that goes on: “waits for its turn: …”. */
export const describeBlock = ({ block, limits, source, maxUnderWay }: BlockedCall): string => {
  const name = source?.name ?? 'what it calls';
  switch (block) {
    case 'total':
      return `executor limit of ${maxUnderWay} calls at once`;
    case 'workspace_calls':
      return `workspace limit of ${limits.maxHostCalls} calls at once`;
    case 'workspace_rate':
      return `workspace limit of ${limits.maxHostCallsPerMinute} calls a minute`;
    case 'source_calls':
      return `limit of ${source?.calls ?? 0} calls at once for ${name}`;
    case 'source_rate':
      return `limit of ${source?.callsPerMinute ?? 0} calls a minute for ${name}`;
    case 'source_pause':
      return `${name} asked for a pause`;
    case 'order':
      return 'other calls are before it';
  }
};

const whereToRaise = (block: CallBlock): string => {
  switch (block) {
    case 'total':
    case 'order':
      return 'Try again later. The operator sets the limit with EXECUTOR_HOST_CALLS.';
    case 'workspace_calls':
    case 'workspace_rate':
      return 'Make fewer calls at the same time. The limit belongs to the plan, which is shown in the settings under Workspace and set by the operator.';
    default:
      return 'Allow a retry, or name fallback models of another provider in the agent. An owner sets the limits of a key in the settings under Model keys.';
  }
};

/** Nothing was asked, so another attempt does no harm; another model may have its turn sooner where its key is the reason. */
export const turnTookTooLong = (blocked: BlockedCall, waitedMs: number): ExecutionError => {
  const message = `This call waited ${Math.round(waitedMs / 1_000)} s for its turn and had none: ${describeBlock(blocked)}.`;
  const hint = whereToRaise(blocked.block);
  return blocked.block.startsWith('source_')
    ? new ModelError({ code: 'model_rate_limited', message, hint }, { isLasting: true })
    : new ExecutionError({ code: 'rate_limited', message, hint });
};

/** As the provider itself would answer, without asking it. */
export const sourcePaused = (source: CallSource, pauseMs: number): ModelError =>
  new ModelError(
    {
      code: 'model_rate_limited',
      message: `${source.name} limits the rate and asked for a pause, which lasts ${Math.ceil(pauseMs / 1_000)} s more: longer than this call may take.`,
      hint: 'Allow retries in the agent, name fallback models of another provider, or raise the limit at the provider.',
    },
    { isLasting: true, retryAfterMs: pauseMs },
  );
