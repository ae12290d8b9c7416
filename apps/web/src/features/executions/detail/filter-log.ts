import type { LogLevel } from '@agentweaver/core/engine/events';
import type { EventView } from '../execution-view.ts';

/** From the least important. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[];

export type LogFilter = {
  /** This level and those above it. */
  level: LogLevel;
  nodeId: string | null;
  search: string;
};

export const filterLog = (events: readonly EventView[], { level, nodeId, search }: LogFilter): readonly EventView[] => {
  const least = LOG_LEVELS.indexOf(level);
  const needle = search.trim().toLowerCase();
  if (least === 0 && nodeId === null && needle === '') return events;
  return events.filter(
    (event) =>
      LOG_LEVELS.indexOf(event.level) >= least &&
      (nodeId === null || event.nodeId === nodeId) &&
      (needle === '' || event.message.toLowerCase().includes(needle)),
  );
};
