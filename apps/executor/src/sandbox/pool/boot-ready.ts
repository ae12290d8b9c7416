import { setTimeout as delay } from 'node:timers/promises';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { openChannel, type SandboxChannel } from '../../channel/sandbox-channel.ts';
import { SANDBOX_START_TIMEOUT_MS } from '../../tunables.ts';
import type { Sandbox, SandboxBackend } from '../sandbox.ts';

export type ReadySandbox = { sandbox: Sandbox; channel: SandboxChannel };

/**
 * Starts a sandbox, waits for the word of its engine, and only then limits its processor. Rejects with `ExecutionError`
 * `sandbox_start_failed`, in bounded time also when the backend hangs; what comes too late, or after `signal`, is removed.
 */
export const bootReady = async (
  backend: SandboxBackend,
  memoryMb: number,
  signal: AbortSignal,
  timeoutMs = SANDBOX_START_TIMEOUT_MS,
): Promise<ReadySandbox> => {
  const enough = new AbortController();
  const follow = () => enough.abort();
  signal.addEventListener('abort', follow, { once: true });
  const timeout = delay(timeoutMs, undefined, { signal: enough.signal }).catch(() => undefined);
  let booted: Sandbox | undefined;
  const boot = async (): Promise<ReadySandbox> => {
    booted = await backend.boot({ memoryMb });
    if (enough.signal.aborted) {
      await booted.kill();
      throw startFailed('The executor stops.');
    }
    const channel = openChannel(booted);
    const first = await channel.read();
    if (first?.type !== 'ready') {
      const { code, stderr } = await exitOf(booted);
      throw startFailed('The engine in a sandbox did not start.', new Error(`exit code ${code}: ${stderr}`));
    }
    await backend.limitProcessor(booted);
    return { sandbox: booted, channel };
  };
  const booting = boot();
  try {
    const ready = await Promise.race([booting, timeout]);
    if (ready) return ready;
    booting.catch(() => undefined);
    enough.abort();
    throw startFailed(`The sandbox did not start within ${timeoutMs / 1_000} s.`);
  } catch (error) {
    await booted?.kill();
    throw error instanceof ExecutionError ? error : startFailed('The sandbox did not start.', error);
  } finally {
    enough.abort();
    signal.removeEventListener('abort', follow);
  }
};

/** Starts one and removes it again; rejects when that does not work. */
export const probeBackend = async (backend: SandboxBackend): Promise<void> => {
  const { sandbox } = await bootReady(backend, PROBE_MEMORY_MB, new AbortController().signal);
  await sandbox.kill();
};

const PROBE_MEMORY_MB = 128;

const exitOf = async (sandbox: Sandbox) => {
  void sandbox.kill().catch(() => undefined);
  return sandbox.exited;
};

export const startFailed = (message: string, cause?: unknown): ExecutionError =>
  new ExecutionError(
    {
      code: 'sandbox_start_failed',
      message,
      hint: 'Run it again. If it goes on, the operator finds the reason in the log of the executor.',
    },
    { cause },
  );
