import type { WaitingExecutions } from '@agentweaver/db/waiting-executions';
import { Gauge, type Registry } from 'prom-client';

/** The three gauges below are read in one scrape, and several servers may scrape. */
const KEEP_MS = 1_000;

/**
 * What an autoscaler goes by. Every executor tells the same of the waiting executions, so the greatest of them is taken,
 * not the sum; slots are its own.
 */
export const createScalingMetrics = ({
  registers,
  readWaiting,
  slots,
  now = () => performance.now(),
}: {
  registers: Registry[];
  readWaiting: () => Promise<WaitingExecutions>;
  /** Executions that this executor runs at the same time at most. */
  slots: number;
  now?: () => number;
}): void => {
  let kept: { at: number; answer: Promise<WaitingExecutions> } | undefined;
  const read = (): Promise<WaitingExecutions> => {
    if (!kept || now() - kept.at > KEEP_MS) kept = { at: now(), answer: readWaiting() };
    return kept.answer;
  };
  /** While the database is away, /ready says so, and a gauge that keeps its last value would lie. */
  const collectWith = (set: (gauge: Gauge, waiting: WaitingExecutions) => void) =>
    async function collect(this: Gauge): Promise<void> {
      try {
        set(this, await read());
      } catch {
        kept = undefined;
        this.reset();
      }
    };

  new Gauge({
    name: 'agentweaver_waiting_executions',
    help: 'Executions of the installation that are due and that no executor has claimed.',
    labelNames: ['priority'],
    registers,
    collect: collectWith((gauge, { waiting }) => {
      for (const [priority, count] of Object.entries(waiting)) gauge.set({ priority }, count);
    }),
  });
  new Gauge({
    name: 'agentweaver_oldest_wait_seconds',
    help: 'How long the execution that waits longest has waited; 0 when none waits.',
    labelNames: ['priority'],
    registers,
    collect: collectWith((gauge, { oldestSeconds }) => {
      for (const [priority, seconds] of Object.entries(oldestSeconds)) gauge.set({ priority }, seconds);
    }),
  });
  new Gauge({
    name: 'agentweaver_claimable_executions',
    help: 'Waiting executions that another executor could run at once, as the limits of their workspaces allow.',
    registers,
    collect: collectWith((gauge, { claimable }) => gauge.set(claimable)),
  });
  new Gauge({
    name: 'agentweaver_executor_slots',
    help: 'Executions that this executor runs at the same time at most.',
    registers,
  }).set(slots);
};
