import type { EngineEvent } from '@agentweaver/core/engine/events';
import { MAX_LOG_MESSAGE, MAX_REPORT_BYTES } from '../tunables.ts';

/**
 * What is only shown, log lines, a tool's input or output and what agents say to each other, is cut to what the log keeps:
 * by the sandbox, so that it fits into a frame, and by the executor, which does not trust it.
 */
export const fitReport = (event: EngineEvent, maxBytes = MAX_REPORT_BYTES): EngineEvent => {
  const shorten = (value: unknown): unknown => cut(value, maxBytes);
  switch (event.type) {
    case 'step_log':
      return fitLog(event);
    case 'tool_started':
      return { ...event, input: shorten(event.input) };
    case 'tool_completed':
      return event.output === undefined ? event : { ...event, output: shorten(event.output) };
    case 'message':
      return { ...event, message: { ...event.message, content: shorten(event.message.content) } };
    default:
      return event;
  }
};

const fitLog = (event: Extract<EngineEvent, { type: 'step_log' }>): EngineEvent => {
  const { metadata, message, ...rest } = event;
  const keepsMetadata = metadata !== undefined && JSON.stringify(metadata).length <= MAX_LOG_MESSAGE;
  return {
    ...rest,
    message: message.length > MAX_LOG_MESSAGE ? `${beginningOf(message, MAX_LOG_MESSAGE)}… (cut)` : message,
    ...(keepsMetadata ? { metadata } : {}),
  };
};

/** A copy: what `slice` gives holds on to the whole text for as long as it lives. */
const beginningOf = (text: string, length: number): string =>
  Buffer.from(text.slice(0, length), 'utf16le').toString('utf16le');

const cut = (value: unknown, maxBytes: number): unknown => {
  const text = JSON.stringify(value) ?? 'null';
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return value;
  const start = beginningOf(typeof value === 'string' ? value : text, Math.floor(maxBytes / 4));
  return `${start}… (cut: ${(bytes / 1_000).toFixed(0)} kB)`;
};
