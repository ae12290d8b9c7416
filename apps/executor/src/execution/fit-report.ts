import type { EngineEvent } from '@agentweaver/core/engine/events';
import { MAX_REPORT_BYTES } from '../tunables.ts';

/** What is only shown, a tool's input or output and what agents say to each other, is cut to what the log keeps. */
export const fitReport = (event: EngineEvent, maxBytes = MAX_REPORT_BYTES): EngineEvent => {
  const shorten = (value: unknown): unknown => cut(value, maxBytes);
  switch (event.type) {
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

const cut = (value: unknown, maxBytes: number): unknown => {
  const text = JSON.stringify(value) ?? 'null';
  const bytes = Buffer.byteLength(text);
  if (bytes <= maxBytes) return value;
  const start = (typeof value === 'string' ? value : text).slice(0, Math.floor(maxBytes / 4));
  return `${start}… (cut: ${(bytes / 1_000).toFixed(0)} kB)`;
};
