import { setTimeout as wait } from 'node:timers/promises';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import type { WatchMessage } from '../execution-view.ts';
import type { ReadContext } from './execution-context.ts';
import { readUpdate } from './read-update.ts';
import { watch } from './watch.ts';

export type WatchExecutionOptions = {
  executionId: string;
  /** Log lines after this `seq`; 0 for all. */
  since: number;
  signal: AbortSignal;
};

/** So long the first page of the log waits for the live channel, in ms. */
const LISTEN_MS = 2_000;

/** `watch` on the database and the live channel. */
export const watchExecution = (
  { prisma, live, workspace }: ReadContext & { live: LiveChannel },
  { executionId, since, signal }: WatchExecutionOptions,
): AsyncGenerator<WatchMessage, void, void> =>
  watch(
    {
      read: (options) => readUpdate(prisma, { workspaceId: workspace.id, executionId, ...options }),
      // A live channel that is down, or does not answer, costs wake-ups and streamed text; the log still arrives by tailing.
      listen: async (handler) => {
        const subscription = live.subscribe(executionId, handler).catch(() => undefined);
        await Promise.race([subscription, wait(LISTEN_MS, undefined, { ref: false })]);
        return () => void subscription.then((stop) => stop?.()).catch(() => undefined);
      },
      now: Date.now,
      sleep: (ms, aborted) => wait(ms, undefined, { signal: aborted }).catch(() => undefined),
    },
    { since, signal },
  );
