import type { EngineEvent } from '@agentweaver/core/engine/events';
import { LOG_BURST, LOGS_PER_SECOND, MAX_LOGS } from '../tunables.ts';

type LogEvent = Extract<EngineEvent, { type: 'step_log' }>;

export type LogLimit = {
  /** Whether the line may be kept. */
  allows(event: LogEvent): boolean;
  /** Says what was left out since it was last asked, as log lines; empty when nothing was. */
  takeDropped(at: number): LogEvent[];
};

/** A token bucket per execution: a loop that prints must not fill the database. */
export const createLogLimit = ({
  perSecond = LOGS_PER_SECOND,
  burst = LOG_BURST,
  total = MAX_LOGS,
  now = Date.now,
} = {}): LogLimit => {
  let tokens = burst;
  let filledAt = now();
  let kept = 0;
  const dropped = new Map<string, number>();

  return {
    allows: ({ nodeId }) => {
      const time = now();
      tokens = Math.min(burst, tokens + ((time - filledAt) / 1000) * perSecond);
      filledAt = time;
      if (tokens >= 1 && kept < total) {
        tokens -= 1;
        kept += 1;
        return true;
      }
      dropped.set(nodeId, (dropped.get(nodeId) ?? 0) + 1);
      return false;
    },
    takeDropped: (at) => {
      const events = [...dropped].map(
        ([nodeId, count]): LogEvent => ({
          type: 'step_log',
          at,
          nodeId,
          level: 'warn',
          message: `${count} log lines were left out: at most ${perSecond} a second and ${total} per execution are kept.`,
        }),
      );
      dropped.clear();
      return events;
    },
  };
};
