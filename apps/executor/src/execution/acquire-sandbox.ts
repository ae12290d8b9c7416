import { setTimeout as delay } from 'node:timers/promises';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import type { ClaimedExecution } from '@agentweaver/db/execution-store';
import type { Logger } from 'pino';
import type { Sandbox, SandboxProvider, SandboxRequest } from '../sandbox/sandbox.ts';
import { SANDBOX_RETRY_MS, SANDBOX_START_ATTEMPTS, SANDBOX_START_TIMEOUT_MS } from '../tunables.ts';

type AcquireOptions = {
  provider: SandboxProvider;
  claim: ClaimedExecution;
  signal: AbortSignal;
  logger: Logger;
};

/** A sandbox for a claim. An engine that is busy or restarting is asked again before the execution fails for it. */
export const acquireSandbox = async ({ provider, claim, signal, logger }: AcquireOptions): Promise<Sandbox> => {
  const { execution, workspace, definition, attemptId } = claim;
  const request: SandboxRequest = {
    workspaceId: workspace.id,
    executionId: execution.id,
    attemptId,
    memoryMb: Math.min(definition.settings.memoryMb, workspace.maxMemoryMb),
  };
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await acquireInTime(provider, request, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (attempt === SANDBOX_START_ATTEMPTS) throw error;
      logger.warn({ err: error, attempt }, 'a sandbox did not start, trying again');
      await delay(SANDBOX_RETRY_MS * attempt, undefined, { signal });
    }
  }
};

/** Does not wait for an engine that hangs; what it starts after all is removed. */
const acquireInTime = async (
  provider: SandboxProvider,
  request: SandboxRequest,
  signal: AbortSignal,
): Promise<Sandbox> => {
  const starting = provider.acquire(request);
  const enough = new AbortController();
  const follow = () => enough.abort();
  signal.addEventListener('abort', follow, { once: true });
  const timeout = delay(SANDBOX_START_TIMEOUT_MS, undefined, { signal: enough.signal }).catch(() => undefined);
  try {
    const sandbox = await Promise.race([starting, timeout]);
    if (sandbox) return sandbox;
    starting.then((late) => late.kill()).catch(() => undefined);
    throw new ExecutionError({
      code: 'sandbox_start_failed',
      message: `The sandbox did not start within ${SANDBOX_START_TIMEOUT_MS / 1_000} s.`,
      hint: 'Run it again. If it goes on, the operator looks at the Docker engine.',
    });
  } finally {
    enough.abort();
    signal.removeEventListener('abort', follow);
  }
};
