import { EXECUTION_ERRORS, ExecutionError, type ExecutionErrorData } from '../engine/execution-errors.ts';
import { isExecutionError, messageOf, toExecutionErrorData } from '../errors/to-execution-error.ts';
import type { CallContext } from '../host/host.ts';
import { isSuspended, Suspended } from '../host/suspended.ts';
import type { ModelMessage, ToolCallPart } from '../models/model-call.ts';
import type { BoundTool } from '../tools/tool.ts';
import type { AgentContext, ToolUse } from './agent-task.ts';
import { takeCallBlock } from './call-block.ts';
import { boundToolResult } from './tool-result.ts';

/** Host calls of one use of a tool whose numbers do not depend on what runs beside it. */
const CALLS_PER_TOOL = 16;

export type UsedTools = { message: Extract<ModelMessage, { role: 'tool' }>; uses: ToolUse[] };

/**
 * Does what a model asked for, all at the same time, and gives the results in the order of the calls. What goes wrong
 * is told to the model. Rejects when the step was cancelled, has to wait (`Suspended`, once the other tools are done,
 * so that nothing of theirs is lost), or when no other attempt of the model could help.
 */
export const runTools = async (
  calls: readonly ToolCallPart[],
  tools: readonly BoundTool[],
  context: AgentContext,
): Promise<UsedTools> => {
  // Taken before anything runs: see `takeCallBlock`.
  const blocks = calls.map(() => takeCallBlock(context.nextCall, CALLS_PER_TOOL));
  const settled = await Promise.allSettled(
    calls.map((call, position) => runTool(call, tools, { ...context, nextCall: blocks[position] ?? context.nextCall })),
  );
  context.signal.throwIfAborted();
  throwWhatEndsTheStep(settled);
  const used = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return {
    uses: used,
    message: {
      role: 'tool',
      content: calls.map(({ callId, name }, position) => {
        const { output, error } = used[position] ?? {};
        return { type: 'tool_result', callId, name, output: error ?? output, isError: error !== undefined };
      }),
    },
  };
};

const runTool = async (call: ToolCallPart, tools: readonly BoundTool[], context: AgentContext): Promise<ToolUse> => {
  const { host, nextCall, signal, log, report, runNested } = context;
  const first = nextCall();
  // Unique within the step: models that run elsewhere may give the same id to every call.
  const callId = `${first.attempt}.${first.index}`;
  const { name: tool, input } = call;
  const started = host.clock.now();
  report({ type: 'tool_started', callId, tool, input });
  try {
    const output = boundToolResult(
      await findTool(tool, tools).run(input, {
        host,
        nextCall: startingWith(first, nextCall),
        signal,
        log,
        ...(runNested ? { runNested } : {}),
      }),
    );
    const durationMs = elapsed(host, started);
    report({ type: 'tool_completed', callId, tool, output, durationMs });
    return { tool, input, output, durationMs };
  } catch (thrown) {
    if (isSuspended(thrown) || signal.aborted) throw thrown;
    const error = asToolFailure(thrown);
    const durationMs = elapsed(host, started);
    report({ type: 'tool_completed', callId, tool, error, durationMs });
    if (endsTheStep(error)) throw thrown;
    return { tool, input, error: describe(error), durationMs };
  }
};

/** The first number names the use of the tool, and is its first call's as well. */
const startingWith = (first: CallContext, next: () => CallContext): (() => CallContext) => {
  let isFirst = true;
  return () => {
    if (!isFirst) return next();
    isFirst = false;
    return first;
  };
};

const elapsed = (host: AgentContext['host'], started: number) => Math.max(0, host.clock.now() - started);

const findTool = (name: string, tools: readonly BoundTool[]): BoundTool => {
  const tool = tools.find((one) => one.name === name);
  if (tool) return tool;
  throw new ExecutionError({
    code: 'tool_failed',
    message: `There is no tool “${name}”.`,
    hint: tools.length === 0 ? 'Answer without tools.' : `Use one of: ${tools.map((one) => one.name).join(', ')}.`,
  });
};

/** What a tool throws that is no `ExecutionError` is a failure of the tool. */
const asToolFailure = (thrown: unknown): ExecutionErrorData =>
  isExecutionError(thrown)
    ? toExecutionErrorData(thrown)
    : { code: 'tool_failed', message: messageOf(thrown).slice(0, 4_000) };

const describe = ({ message, hint }: ExecutionErrorData): string => (hint ? `${message} ${hint}` : message);

/** A model that is told of these could only do harm: pay without a budget, or do twice what may not be done twice. */
const endsTheStep = ({ code }: ExecutionErrorData): boolean =>
  code === 'budget_exceeded' || code === 'not_repeatable' || EXECUTION_ERRORS[code].fault === 'system';

const throwWhatEndsTheStep = (settled: readonly PromiseSettledResult<unknown>[]): void => {
  const reasons = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const failure = reasons.find((reason) => !isSuspended(reason));
  if (failure !== undefined) throw failure;
  const waits = reasons.filter(isSuspended);
  const [wait] = waits;
  if (!wait) return;
  const untils = waits.flatMap(({ until }) => (until === undefined ? [] : [until]));
  // Several may wait at the same time; the step goes on with the first that has its answer.
  throw new Suspended({ kind: wait.kind, ...(untils.length > 0 ? { until: Math.min(...untils) } : {}) });
};
