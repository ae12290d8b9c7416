import type { EngineEvent } from '@agentweaver/core/engine/events';
import { stepKey } from '@agentweaver/core/engine/step-key';
import { LOG_BURST, LOGS_PER_SECOND, MAX_LOGS, MAX_REPORTS } from '../tunables.ts';
import type { StepRef } from './step-places.ts';

type LogEvent = Extract<EngineEvent, { type: 'step_log' }>;
type Report = Extract<EngineEvent, { type: 'step_log' | 'tool_started' | 'tool_completed' | 'message' }>;

export type LogLimit = {
  /** Whether the line, the use of a tool or the message may be kept. */
  allows(event: Report): boolean;
  /** Says what was left out since it was last asked, as log lines; empty when nothing was. */
  takeDropped(at: number): LogEvent[];
};

/** A token bucket per execution: a loop that prints must not fill the database, nor must agents that talk without end. */
export const createLogLimit = ({
  perSecond = LOGS_PER_SECOND,
  burst = LOG_BURST,
  total = MAX_LOGS,
  reports = MAX_REPORTS,
  now = Date.now,
} = {}): LogLimit => {
  let tokens = burst;
  let filledAt = now();
  let kept = 0;
  let keptReports = 0;
  const dropped = new Map<string, StepRef & { count: number }>();

  const drop = ({ nodeId, iteration }: Report): false => {
    const key = stepKey(nodeId, iteration);
    const count = (dropped.get(key)?.count ?? 0) + 1;
    dropped.set(key, { nodeId, iteration, count });
    return false;
  };

  return {
    allows: (event) => {
      if (event.type !== 'step_log') {
        keptReports += 1;
        return keptReports <= reports || drop(event);
      }
      const time = now();
      tokens = Math.min(burst, tokens + ((time - filledAt) / 1000) * perSecond);
      filledAt = time;
      if (tokens >= 1 && kept < total) {
        tokens -= 1;
        kept += 1;
        return true;
      }
      return drop(event);
    },
    takeDropped: (at) => {
      const events = [...dropped.values()].map(
        ({ nodeId, iteration, count }): LogEvent => ({
          type: 'step_log',
          at,
          nodeId,
          iteration,
          level: 'warn',
          message: `${count} lines were left out: of log lines at most ${perSecond} a second and ${total} per execution are kept, of uses of tools and messages ${reports}.`,
        }),
      );
      dropped.clear();
      return events;
    },
  };
};
