import { setTimeout as delay } from 'node:timers/promises';
import type { ClaimedExecution } from '@agentweaver/db/execution-claim';
import type { Logger } from 'pino';
import type { SandboxLease, SandboxProvider, SandboxRequest } from '../sandbox/sandbox.ts';
import { SANDBOX_RETRY_MS, SANDBOX_START_ATTEMPTS } from '../tunables.ts';

type AcquireOptions = {
  provider: SandboxProvider;
  claim: ClaimedExecution;
  signal: AbortSignal;
  /** Told when none stands ready. */
  onWait: () => void;
  logger: Logger;
};

/** A sandbox for a claim. An engine that is busy or restarting is asked again before the execution fails for it. */
export const acquireSandbox = async ({
  provider,
  claim,
  signal,
  onWait,
  logger,
}: AcquireOptions): Promise<SandboxLease> => {
  const { execution, workspace, definition, attemptId } = claim;
  const request: SandboxRequest = {
    workspaceId: workspace.id,
    executionId: execution.id,
    attemptId,
    memoryMb: Math.min(definition.settings.memoryMb, workspace.maxMemoryMb),
    onWait,
  };
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await provider.acquire(request, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (attempt === SANDBOX_START_ATTEMPTS) throw error;
      logger.warn({ err: error, attempt }, 'a sandbox did not start, trying again');
      await delay(SANDBOX_RETRY_MS * attempt, undefined, { signal });
    }
  }
};
