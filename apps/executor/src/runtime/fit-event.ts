import type { EngineEvent } from '@agentweaver/core/engine/events';
import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { MAX_PAYLOAD_BYTES } from '../channel/protocol.ts';
import { fitReport } from '../execution/fit-report.ts';

/** What to send in place of an event: itself, a shortened one, or the failure that it turns into. */
export type Fitted = { event: EngineEvent } | { tooLarge: ExecutionErrorData };

const REPORTS: ReadonlySet<EngineEvent['type']> = new Set(['step_log', 'tool_started', 'tool_completed', 'message']);

/**
 * Makes an event fit into a frame. What is only shown (a step's input, a log line) is shortened; what the execution
 * needs (an output, the results) cannot be, so it fails.
 */
export const fitEvent = (event: EngineEvent, maxBytes = MAX_PAYLOAD_BYTES): Fitted => {
  if (REPORTS.has(event.type)) return { event: fitReport(event) };
  const payload = payloadOf(event);
  if (payload === undefined) return { event };
  const bytes = Buffer.byteLength(JSON.stringify(payload) ?? '');
  if (bytes <= maxBytes) return { event };
  if (event.type === 'step_started') return { event: { ...event, input: `(${megabytes(bytes)}, too large to keep)` } };
  const what = event.type === 'step_completed' ? 'The output of this step' : 'The result of the workflow';
  return {
    tooLarge: {
      code: 'output_too_large',
      message: `${what} is ${megabytes(bytes)} of JSON; at most ${megabytes(maxBytes)} are possible.`,
      hint: 'Return less: a summary, a selection, or an address where the data lies.',
      ...(event.type === 'step_completed' ? { nodeId: event.nodeId } : {}),
    },
  };
};

const payloadOf = (event: EngineEvent): unknown => {
  if (event.type === 'step_started') return event.input;
  if (event.type === 'step_completed') return event.output;
  if (event.type === 'execution_completed') return event.results;
  return undefined;
};

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;
