import type { EngineEvent, LogLevel } from '@agentweaver/core/engine/events';
import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import type { PrismaTransaction } from './client.ts';
import type { Prisma } from './generated/client.ts';
import type { WaitKind } from './generated/enums.ts';
import { jsonColumn, storableText } from './json.ts';
import { TUNABLES } from './tunables.ts';

/** One line of an execution's log, before it has a `seq`. */
export type NewEvent = {
  type: string;
  nodeId?: string;
  /** See `iterationSchema`. */
  iteration?: string;
  level: LogLevel;
  /** English, one sentence. */
  message: string;
  data?: Record<string, unknown>;
  at: Date;
};

/**
 * Appends to the log of the execution that `where` selects, if it still does, and returns the new `lastSeq`;
 * `undefined` means that it no longer does. The row stays locked until the transaction ends, which is
 * what keeps `seq` without gaps and in the order of commits. `data` changes the execution in the same statement.
 */
export const appendEvents = async (
  tx: PrismaTransaction,
  {
    executionId,
    where,
    data,
    events,
  }: {
    executionId: string;
    where: Prisma.ExecutionWhereInput;
    data?: Prisma.ExecutionUncheckedUpdateManyInput;
    events: readonly NewEvent[];
  },
): Promise<number | undefined> => {
  const rows = await tx.execution.updateManyAndReturn({
    where: { AND: [where, { id: executionId }] },
    data: { ...data, lastSeq: { increment: events.length } },
    select: { lastSeq: true },
  });
  const lastSeq = rows[0]?.lastSeq;
  if (lastSeq === undefined || events.length === 0) return lastSeq;
  await tx.executionEvent.createMany({
    data: events.map((event, index) => ({
      executionId,
      seq: lastSeq - events.length + 1 + index,
      type: event.type,
      nodeId: event.nodeId,
      iteration: event.iteration,
      level: event.level,
      message: storableText(event.message).slice(0, TUNABLES.maxEventMessageLength),
      data: event.data && jsonColumn(event.data),
      createdAt: event.at,
    })),
  });
  return lastSeq;
};

/**
 * What the log keeps. Events that change the execution's state are not among these: `finishExecution` and
 * `suspendExecution` write them with it. Pieces of a model's answer travel live only.
 */
export type StoredEngineEvent = Exclude<EngineEvent, { type: (typeof NOT_STORED)[number] }>;

const NOT_STORED = [
  'execution_completed',
  'execution_failed',
  'execution_cancelled',
  'execution_waiting',
  'step_delta',
] as const satisfies EngineEvent['type'][];

/** The sandbox stamps its events; a time that no column can hold must not stop the others from being written. */
const LAST_TIME = Date.UTC(9999, 11, 31);

/** The events to store, in their order. */
export const storedEvents = (events: readonly EngineEvent[]): StoredEngineEvent[] =>
  events
    .filter(isStored)
    .map((event) => (event.at >= 0 && event.at <= LAST_TIME ? event : { ...event, at: Date.now() }));

const isStored = (event: EngineEvent): event is StoredEngineEvent =>
  !(NOT_STORED as readonly string[]).includes(event.type);

/** An engine event as a line of the log. Inputs and outputs are kept with the step, not repeated here. */
export const toLogEvent = (event: StoredEngineEvent): NewEvent => {
  const at = new Date(event.at);
  switch (event.type) {
    case 'execution_started': {
      const { resumedSteps } = event;
      return {
        type: event.type,
        level: 'info',
        message: resumedSteps > 0 ? `Going on after ${count(resumedSteps, 'finished step')}.` : 'Execution started.',
        data: { resumedSteps },
        at,
      };
    }
    case 'step_started':
      return step(event, 'info', event.attempt > 1 ? `Started, attempt ${event.attempt}.` : 'Started.', {
        attempt: event.attempt,
      });
    case 'step_log':
      return step(event, event.level, event.message, event.metadata);
    case 'step_retrying': {
      const { attempt, delayMs, error } = event;
      const message = `Attempt ${attempt} failed: ${error.message} Trying again in ${delayMs} ms.`;
      return step(event, 'warn', message, { attempt, delayMs, error });
    }
    case 'tool_started': {
      const { callId, tool, input } = event;
      return step(event, 'info', `Uses the tool ${tool}.`, { callId, tool, input });
    }
    case 'tool_completed': {
      const { callId, tool, output, error, durationMs } = event;
      const message = error ? `The tool ${tool} failed: ${error.message}` : `The tool ${tool} has answered.`;
      return step(event, error ? 'warn' : 'info', message, { callId, tool, output, error, durationMs });
    }
    case 'message': {
      const { from, to, subject, status } = event.message;
      const what = `${from} → ${to}${subject === '' ? '' : `: ${subject}`}`;
      const text = status === 'dead' ? `${what} (not delivered)` : what;
      return step(event, status === 'dead' ? 'warn' : 'info', text, { message: event.message });
    }
    case 'step_waiting': {
      const { attempt, kind, until } = event;
      return step(event, 'info', WAITS_FOR[kind], { attempt, kind, until });
    }
    case 'step_completed': {
      const { attempt, ports, reason, model, usage, costUsd, cached } = event;
      return step(event, 'info', reason ? `Completed. ${reason}` : 'Completed.', {
        attempt,
        ports,
        reason,
        model,
        usage,
        costUsd,
        cached,
      });
    }
    case 'step_failed': {
      const { attempt, error, continued, ports } = event;
      const message = continued ? `Failed, and the execution goes on: ${error.message}` : `Failed: ${error.message}`;
      return step(event, continued ? 'warn' : 'error', message, { attempt, error, continued, ports });
    }
    case 'step_skipped':
      return step(event, 'info', `Skipped. ${event.reason}`, { reason: event.reason });
    case 'step_cancelled':
      return step(event, 'info', 'Cancelled.');
    default:
      return assertNever(event);
  }
};

export const WAITS_FOR: Record<WaitKind, string> = {
  human: 'Waits for a person.',
  timer: 'Waits for its time.',
  budget: 'Waits for a decision about its budget.',
};

const step = (
  { type, nodeId, iteration, at }: { type: string; nodeId: string; iteration: string; at: number },
  level: LogLevel,
  message: string,
  data?: Record<string, unknown>,
): NewEvent => ({ type, nodeId, iteration, level, message, data, at: new Date(at) });

const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

const assertNever = (value: never): never => {
  throw new Error(`Unexpected event: ${JSON.stringify(value)}`);
};

/** How an execution ended. */
export type Outcome =
  | { status: 'completed'; results: unknown }
  | { status: 'failed'; error: ExecutionErrorData }
  | { status: 'cancelled' };

export const outcomeEvent = (outcome: Outcome, at: Date): NewEvent => {
  switch (outcome.status) {
    case 'completed':
      return { type: 'execution_completed', level: 'info', message: 'Execution completed.', at };
    case 'failed': {
      const { error } = outcome;
      const message = `Execution failed: ${error.message}`;
      return { type: 'execution_failed', nodeId: error.nodeId, level: 'error', message, data: { error }, at };
    }
    case 'cancelled':
      return { type: 'execution_cancelled', level: 'warn', message: 'Execution cancelled.', at };
    default:
      return assertNever(outcome);
  }
};
