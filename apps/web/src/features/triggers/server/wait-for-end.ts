import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { executionErrorSchema } from '@agentweaver/core/engine/execution-errors';
import type { Services } from '../../../server/services.ts';
import { type ExecutionStatus, isFinished } from '../../executions/execution-view.ts';

/** Without a wake-up of the live channel the execution is read this often, in ms. */
const TAIL_MS = 2_000;

export type ExecutionOutcome = { status: ExecutionStatus; results: unknown; error: ExecutionErrorData | null };

/**
 * Follows an execution to its end, or until `timeoutMs` are over or `signal` aborts: then as it stands. `null` when it was
 * deleted. The live channel only wakes; what it loses costs `TAIL_MS`.
 */
export const waitForEnd = async (
  { prisma, live }: Pick<Services, 'prisma' | 'live'>,
  { executionId, timeoutMs, signal }: { executionId: string; timeoutMs: number; signal: AbortSignal },
): Promise<ExecutionOutcome | null> => {
  const deadline = performance.now() + timeoutMs;
  let wake = new AbortController();
  const stop = await live
    .subscribe(executionId, ({ type }) => type !== 'delta' && wake.abort())
    .catch(() => async () => undefined);
  const onAbort = () => wake.abort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      // Fresh before the read: a wake-up that arrives meanwhile asks for another one.
      wake = new AbortController();
      const row = await prisma.execution.findUnique({ where: { id: executionId }, select: { status: true } });
      if (!row) return null;
      const leftMs = deadline - performance.now();
      if (isFinished(row.status) || leftMs <= 0 || signal.aborted) return readOutcome(prisma, executionId);
      await sleep(Math.min(TAIL_MS, leftMs), undefined, { signal: wake.signal }).catch(() => undefined);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    await stop();
  }
};

const readOutcome = async (prisma: Services['prisma'], id: string): Promise<ExecutionOutcome | null> => {
  const select = { status: true, results: true, error: true } as const;
  const row = await prisma.execution.findUnique({ where: { id }, select });
  return row && { ...row, error: executionErrorSchema.safeParse(row.error).data ?? null };
};
