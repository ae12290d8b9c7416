import type { ExecuteContext } from '../nodes/node-type.ts';
import type { EngineEvent, LogLevel } from './events.ts';
import { MAX_LOG_LINES_PER_STEP, MAX_LOG_MESSAGE_LENGTH, MAX_LOG_METADATA_LENGTH } from './limits.ts';

type Log = ExecuteContext<unknown>['log'];
type StepLogOptions = {
  step: { nodeId: string; iteration: string };
  now: () => number;
  emit: (event: EngineEvent) => void;
};

/** The log of one step over all its attempts, bounded so that a loop that prints cannot drown the execution. */
export const createStepLog = ({ step: { nodeId, iteration }, now, emit }: StepLogOptions): Log => {
  let lines = 0;
  const write = (level: LogLevel, message: string, metadata?: Record<string, unknown>) =>
    emit({ type: 'step_log', at: now(), nodeId, iteration, level, message, ...(metadata ? { metadata } : {}) });

  return (level, message, metadata) => {
    lines += 1;
    if (lines > MAX_LOG_LINES_PER_STEP + 1) return;
    if (lines > MAX_LOG_LINES_PER_STEP) {
      write('warn', `This step wrote more than ${MAX_LOG_LINES_PER_STEP} lines; the rest is left out.`);
      return;
    }
    write(level, cut(String(message)), readMetadata(metadata));
  };
};

const cut = (message: string): string =>
  message.length > MAX_LOG_MESSAGE_LENGTH ? `${message.slice(0, MAX_LOG_MESSAGE_LENGTH)}… (cut)` : message;

/** Metadata that is not JSON, or too much, is dropped: a log line must never fail a step. */
const readMetadata = (metadata: Record<string, unknown> | undefined): Record<string, unknown> | undefined => {
  if (!metadata) return undefined;
  try {
    const text = JSON.stringify(metadata);
    return text.length > MAX_LOG_METADATA_LENGTH ? { dropped: 'too large' } : JSON.parse(text);
  } catch {
    return { dropped: 'not JSON' };
  }
};
