import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { ExecutionError } from '../../engine/execution-errors.ts';
import type { CodeRequest } from '../../host/host.ts';
import { describeFailure, outcomeSchema } from './code-outcome.ts';
import { createLogReader } from './log-reader.ts';
import { createMemoryWatch, heapLimits, type MemoryWatch, MIB } from './memory-watch.ts';
import { LOG_BYTES } from './realm-source.ts';
import { WORKER_SOURCE } from './worker-source.ts';

/** The largest result, in characters of JSON: it has to pass through the sandbox channel. */
const MAX_RESULT_LENGTH = 5_000_000;
/** How often logs are read and memory is looked at. */
const WATCH_INTERVAL_MS = 10;
/** A worker that holds more than this after a request is not used for another one: its garbage would count there. */
const MAX_LEFT_BYTES = 48 * MIB;
/** How long a worker that is to be stopped is asked for the processor time that it took. */
const LAST_USAGE_MS = 20;

const messageSchema = z.discriminatedUnion('type', [
  /** It has started. */
  z.object({ type: z.literal('ready') }),
  z.object({
    type: z.literal('outcome'),
    outcome: z.string(),
    cpuMicros: z.number().min(0),
    heldBytes: z.number().min(0),
  }),
]);
type Message = z.infer<typeof messageSchema>;

export type CodeRun = {
  /** The JSON result, or what the code, the limits or the signal ended it with. */
  result: Promise<unknown>;
  /** Processor time of the worker's thread, in µs; 0 when it died before it could be asked. Never rejects. */
  cpuMicros: Promise<number>;
};

export type CodeWorker = {
  readonly memoryMb: number;
  /** Whether it has nothing to do and may serve another request. */
  isIdle(): boolean;
  hasEnded(): boolean;
  /** One at a time. */
  run(request: CodeRequest, signal: AbortSignal): CodeRun;
  stop(): Promise<void>;
};

type Listener = { onMessage: (message: Message) => void; onEnd: (error: ExecutionError) => void };

/** A thread for user code with `memoryMb` MiB of its own. It does not keep the process alive unless it has work. */
export const startCodeWorker = (memoryMb: number): CodeWorker => {
  /** Counts the requests; the worker sleeps until it rises. */
  const bell = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const logMemory = new SharedArrayBuffer(LOG_BYTES);
  const worker = new Worker(WORKER_SOURCE, {
    eval: true,
    name: 'code-node',
    env: {},
    execArgv: [],
    // Not piped to this process: its own stdout is the sandbox channel.
    stdout: true,
    stderr: true,
    workerData: { bell, logs: logMemory },
    resourceLimits: heapLimits(memoryMb),
  });
  worker.unref();
  const memory = createMemoryWatch(worker, memoryMb);
  let isReady = false;
  let listener: Listener | undefined;
  let state: 'idle' | 'busy' | 'ended' = 'idle';
  let ending: ExecutionError | undefined;
  let cpuBefore = 0;

  const end = (error: ExecutionError) => {
    state = 'ended';
    ending ??= error;
    listener?.onEnd(ending);
  };
  worker.on('message', (raw: unknown) => {
    const message = messageSchema.safeParse(raw);
    if (!message.success) return end(crashError('its worker sent something else than a result'));
    if (message.data.type === 'ready') isReady = true;
    listener?.onMessage(message.data);
  });
  worker.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') end(outOfMemoryError(memory));
    else if (error.code === 'ERR_WORKER_INIT_FAILED') end(noThreadError());
    else end(crashError(error.message));
  });
  worker.on('exit', () => end(crashError('its worker ended early')));

  const stop = async () => {
    state = 'ended';
    await worker.terminate();
  };

  /** Processor time since the last request, of a worker that is stopped in the middle of one. In µs. */
  const lastUsage = async (): Promise<number> => {
    let timer: NodeJS.Timeout | undefined;
    const giveUp = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, LAST_USAGE_MS, undefined);
    });
    const usage = await Promise.race([worker.cpuUsage().catch(() => undefined), giveUp]);
    clearTimeout(timer);
    return usage ? Math.max(0, usage.user + usage.system - cpuBefore) : 0;
  };

  const execute = async (request: CodeRequest, signal: AbortSignal, tellUsage: (micros: number) => void) => {
    const message = { source: request.source, variables: JSON.stringify(request.variables) };
    const logs = createLogReader(logMemory, request.onLog);
    let limit: NodeJS.Timeout | undefined;
    let abort = () => {};
    let after: Extract<Message, { type: 'outcome' }> | undefined;
    memory.begin();
    const watch = setInterval(() => {
      logs.read();
      void memory.isOver().then((over) => over && listener?.onEnd(outOfMemoryError(memory)));
    }, WATCH_INTERVAL_MS);
    try {
      const outcome = await new Promise<string>((resolve, reject) => {
        abort = () => reject(signal.reason);
        signal.addEventListener('abort', abort, { once: true });
        /** The time that a worker takes to start is not the code's. */
        const begin = () => {
          limit = setTimeout(() => reject(timeoutError(request.timeoutMs)), request.timeoutMs);
        };
        listener = {
          onEnd: reject,
          onMessage: (told) => {
            if (told.type === 'ready') return begin();
            after = told;
            resolve(told.outcome);
          },
        };
        if (ending) return reject(ending);
        if (isReady) begin();
        worker.postMessage(message);
        const rung = new Int32Array(bell);
        Atomics.add(rung, 0, 1);
        Atomics.notify(rung, 0);
      });
      return resultOf(outcome, request.source);
    } finally {
      listener = undefined;
      clearTimeout(limit);
      clearInterval(watch);
      signal.removeEventListener('abort', abort);
      if (after) {
        cpuBefore += after.cpuMicros;
        tellUsage(after.cpuMicros);
        if (ending || after.heldBytes > MAX_LEFT_BYTES) void stop();
      } else {
        tellUsage(await lastUsage());
        await stop();
      }
      worker.unref();
      logs.finish();
      // Not before its log is read: the next request writes over it.
      if (state === 'busy') state = 'idle';
    }
  };

  return {
    memoryMb,
    isIdle: () => state === 'idle',
    hasEnded: () => state === 'ended',
    run: (request, signal) => {
      state = 'busy';
      worker.ref();
      const usage = Promise.withResolvers<number>();
      return { result: execute(request, signal, usage.resolve), cpuMicros: usage.promise };
    },
    stop,
  };
};

/** Throws what the code failed with. */
const resultOf = (json: string, source: string): unknown => {
  const outcome = outcomeSchema.parse(JSON.parse(json));
  if (outcome.state !== 'returned') throw describeFailure(outcome, source);
  if (outcome.json.length > MAX_RESULT_LENGTH) throw tooLargeError(outcome.json.length);
  return JSON.parse(outcome.json);
};

const timeoutError = (timeoutMs: number) =>
  new ExecutionError({
    code: 'node_timeout',
    message: `The code was stopped after ${timeoutMs} ms.`,
    hint: 'Look for a loop that does not end, or raise the timeout of the Code node.',
  });

const outOfMemoryError = ({ limitMb, peakMb }: MemoryWatch) =>
  new ExecutionError({
    code: 'code_out_of_memory',
    message: `The code needed more than its ${limitMb} MiB of memory${peakMb() > limitMb ? `: it held ${peakMb()} MiB` : ''}.`,
    hint: 'Work on less data at a time, or raise the memory of the Code node.',
  });

const tooLargeError = (length: number) =>
  new ExecutionError({
    code: 'output_too_large',
    message: `The code returned ${length} characters of JSON; ${MAX_RESULT_LENGTH} is the limit.`,
    hint: 'Return less: what the next steps need.',
  });

const noThreadError = () =>
  new ExecutionError({
    code: 'code_failed',
    message: 'No further thread could be started for this code: too much runs at the same time.',
    hint: 'Run fewer Code nodes at the same time: lower the parallel steps in the settings of the workflow or of the map.',
  });

const crashError = (what: string) =>
  new ExecutionError({ code: 'code_failed', message: `The code could not be run to its end: ${what}.` });
