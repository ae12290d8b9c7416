import type { EngineEvent, FinishedStep } from '@agentweaver/core/engine/events';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import type { Logger } from 'pino';
import { FrameError } from '../channel/frame-codec.ts';
import type { HostFrame, SandboxFrame } from '../channel/protocol.ts';
import { createWatchdog } from '../channel/watchdog.ts';
import type { CallTurns } from '../host/gate/call-gate.ts';
import { createHostCalls, type HostCallMemo, type HostServices } from '../host/host-calls.ts';
import type { SandboxLease } from '../sandbox/sandbox.ts';
import { UNRESPONSIVE_AFTER_MS } from '../tunables.ts';
import { finishedFrames } from './finished-frames.ts';
import { fitReport } from './fit-report.ts';
import { createLogLimit } from './log-limit.ts';
import { describeExit, describeSilence, describeStop, type SandboxFailure } from './sandbox-failure.ts';
import { isLast, type LastEvent, type StepLedger } from './step-ledger.ts';
import type { StepRef } from './step-places.ts';
import { violation } from './violation.ts';

export type StartFrame = Extract<HostFrame, { type: 'start' }>;

/** How the engine's run ended, as far as the sandbox is concerned. */
export type Ending =
  /** The engine said so itself. */
  | { kind: 'reported'; event: LastEvent }
  /** The sandbox was killed because `signal` was aborted; its reason says why. */
  | { kind: 'stopped' }
  /** It ended without a word, did not answer, or broke the protocol. */
  | ({ kind: 'failed' } & SandboxFailure);

export type DriveOptions = {
  lease: SandboxLease;
  start: StartFrame;
  /** What need not run again. */
  finishedSteps: readonly FinishedStep[];
  ledger: StepLedger;
  services: HostServices;
  memo: HostCallMemo;
  turns: CallTurns;
  /** Told of each call before it is made. */
  onCall?: () => void;
  /** Takes each accepted event; may hold the engine back. */
  record: (event: EngineEvent) => Promise<void>;
  /** Stops the engine by killing its sandbox. */
  signal: AbortSignal;
  /** Told of a call that failed because the database was away; it gets no answer. */
  onDatabaseTrouble?: (error: unknown) => void;
  /** After a stop: how long calls that are under way may go on, so that what they cost is not paid again. In ms. */
  drainMs?: () => number;
  logger: Logger;
  unresponsiveAfterMs?: number;
};

/**
 * Runs one execution in its sandbox from the start to the end, and answers what it asks for. The sandbox is killed
 * unless its engine reported the end: then whoever leased it may give it back. Rejects only when `record` does.
 */
export const driveSandbox = async (options: DriveOptions): Promise<Ending> => {
  const { lease, start, ledger, services, memo, turns, signal, logger } = options;
  const { sandbox, channel } = lease;
  const { unresponsiveAfterMs = UNRESPONSIVE_AFTER_MS } = options;
  const logLimit = createLogLimit();
  let silent = false;
  let reported = false;
  let peakBeforeKib: number | undefined;

  const kill = () => {
    lease.kill().catch((error: unknown) => logger.error({ error }, 'killing the sandbox failed'));
  };
  const send = async (frame: HostFrame) => channel.send(frame);
  const calls = createHostCalls({
    services,
    memo,
    turns,
    steps: ledger,
    send,
    log: ({ nodeId, iteration }, message) => {
      const line = { type: 'step_log', at: Date.now(), nodeId, iteration, level: 'info', message } as const;
      if (ledger.isRunning(line) && logLimit.allows(line)) void record(line);
    },
    onInternalError: (error, { method, nodeId, iteration }) =>
      logger.error({ err: error, method, nodeId, iteration }, 'a host call failed'),
    ...(options.onDatabaseTrouble ? { onDatabaseTrouble: options.onDatabaseTrouble } : {}),
  });
  const watchdog = createWatchdog({
    ping: (id) => void send({ type: 'ping', id }),
    onSilent: () => {
      silent = true;
      kill();
    },
    limitMs: unresponsiveAfterMs,
  });

  const record = async (event: EngineEvent): Promise<void> => {
    watchdog.pause();
    await options.record(event);
    watchdog.resume();
  };

  const takeEvent = async (received: EngineEvent): Promise<LastEvent | undefined> => {
    // The clock in a sandbox is its own: what it says must not lie in the future.
    const event = fitReport({ ...received, at: Math.min(received.at, Date.now()) });
    if (!ledger.accept(event)) return undefined;
    if ('memoryPeakKib' in event) peakBeforeKib = Math.max(peakBeforeKib ?? 0, event.memoryPeakKib ?? 0);
    if (isReport(event) && !logLimit.allows(event)) return undefined;
    if (isLast(event) || event.type === 'step_completed' || event.type === 'step_failed') {
      for (const line of logLimit.takeDropped(event.at)) await record(line);
    }
    if (isLast(event)) return event;
    await record(event);
    return undefined;
  };

  const takeFrame = async (frame: SandboxFrame): Promise<LastEvent | undefined> => {
    watchdog.alive();
    switch (frame.type) {
      case 'event':
        return takeEvent(frame.event);
      case 'call':
        options.onCall?.();
        calls.handle(frame);
        return undefined;
      case 'call_cancel':
        calls.cancel(frame.id);
        return undefined;
      case 'pong':
        return undefined;
      default:
        throw violation(`a ${frame.type} frame during an execution`);
    }
  };

  const followFrames = async (): Promise<LastEvent | undefined> => {
    for (let frame = await channel.read(); frame; frame = await channel.read()) {
      const end = await takeFrame(frame);
      if (end) return end;
    }
    return undefined;
  };

  const situation = () => ({
    memoryMb: sandbox.memoryMb,
    peakBeforeKib,
    running: ledger.running(),
    waiting: calls.waitingSteps(),
    nameOf: (step: StepRef) => ledger.findNode(step)?.name ?? step.nodeId,
  });

  const explain = async (): Promise<Ending> => {
    const then = situation();
    if (signal.aborted) return { kind: 'stopped' };
    if (silent) return { kind: 'failed', ...describeSilence(unresponsiveAfterMs / 1000, then) };
    // Its streams have ended; if it is still there, it is of no use.
    kill();
    const exit = await sandbox.exited;
    logger.warn({ exit }, 'a sandbox ended without an end of its execution');
    return signal.aborted ? { kind: 'stopped' } : { kind: 'failed', ...describeExit(exit, then) };
  };

  signal.addEventListener('abort', kill, { once: true });
  try {
    if (signal.aborted) return { kind: 'stopped' };
    for (const frame of finishedFrames(options.finishedSteps)) await send(frame);
    await send(start);
    const event = await followFrames();
    if (signal.aborted) return { kind: 'stopped' };
    if (!event) return await explain();
    reported = true;
    return { kind: 'reported', event };
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped' };
    const broken = error instanceof FrameError ? violation(error.message.replace(/\.$/, '')) : error;
    if (!(broken instanceof ExecutionError)) throw error;
    logger.warn({ reason: broken.message }, 'a sandbox was stopped for what it sent');
    return { kind: 'failed', ...describeStop(broken.data, situation()) };
  } finally {
    signal.removeEventListener('abort', kill);
    watchdog.stop();
    const drainMs = signal.aborted ? (options.drainMs?.() ?? 0) : 0;
    if (drainMs > 0) await calls.drain(drainMs);
    await calls.close(new Error('The execution has ended.'));
    if (!reported) kill();
  }
};

type Report = Extract<EngineEvent, { type: 'step_log' | 'tool_started' | 'tool_completed' | 'message' }>;

const isReport = (event: EngineEvent): event is Report =>
  event.type === 'step_log' ||
  event.type === 'tool_started' ||
  event.type === 'tool_completed' ||
  event.type === 'message';
