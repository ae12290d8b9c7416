import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { ExecutionQueue } from '@agentweaver/db/queue';
import { fireDueSchedules } from '@agentweaver/db/schedule-firing';
import { sweepDeliveries } from '@agentweaver/db/webhook-delivery-store';
import type { Logger } from 'pino';
import { DELIVERY_SWEEP_INTERVAL_MS, SCHEDULE_POLL_MS } from '../tunables.ts';

export type ScheduleLoop = {
  /** Stops; resolves when what is being fired has been. */
  close(): Promise<void>;
};

/** Less would not be more exact, but ask the database all the time while another executor fires. */
const MIN_WAIT_MS = 20;

/**
 * Starts the workflows whose schedules are due, in each executor: the database says who does. It looks when the next one is
 * due, and at least every second, since a new schedule may be due sooner; while there is none that is one small query.
 */
export const startScheduleLoop = ({
  prisma,
  queue,
  logger,
}: {
  prisma: PrismaClient;
  queue: ExecutionQueue;
  logger: Logger;
}): ScheduleLoop => {
  let closed = false;
  let failing = false;
  let sweptAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  const look = async (): Promise<number> => {
    const { started, leftOut, broken, nextInMs } = await fireDueSchedules({
      prisma,
      queue,
      onEnqueueError: (error, executionId) =>
        logger.warn({ err: error, executionId }, 'a scheduled execution could not be queued at once'),
      onError: (error, scheduleId) => logger.error({ err: error, scheduleId }, 'a schedule could not be fired'),
    });
    if (started.length > 0 || leftOut > 0) logger.info({ executionIds: started, leftOut }, 'schedules fired');
    if (performance.now() - sweptAt > DELIVERY_SWEEP_INTERVAL_MS) {
      sweptAt = performance.now();
      await sweepDeliveries(prisma);
    }
    return broken > 0 ? SCHEDULE_POLL_MS : Math.max(MIN_WAIT_MS, Math.min(SCHEDULE_POLL_MS, nextInMs ?? Infinity));
  };

  const run = async (): Promise<void> => {
    let waitMs = SCHEDULE_POLL_MS;
    try {
      waitMs = await look();
      failing = false;
    } catch (error) {
      // The database may be away for long: once is enough.
      if (!failing) logger.error({ err: error }, 'schedules could not be read, tried again every second');
      failing = true;
    }
    if (!closed) next(waitMs);
  };
  const next = (waitMs: number): void => {
    timer = setTimeout(() => {
      running = run();
    }, waitMs);
  };

  next(0);
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
};
