import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { ExecutionError } from '../../engine/execution-errors.ts';
import type { CodeRequest } from '../../host/host.ts';
import { describeFailure, outcomeSchema } from './code-outcome.ts';
import { createLogReader } from './log-reader.ts';
import { createMemoryWatch, heapLimits } from './memory-watch.ts';
import { WORKER_SOURCE } from './worker-source.ts';

/** The largest result, in characters of JSON: it has to pass through the sandbox channel. */
const MAX_RESULT_LENGTH = 5_000_000;
/** How often logs are read and memory is looked at. */
const WATCH_INTERVAL_MS = 10;

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('logs'), memory: z.instanceof(SharedArrayBuffer) }),
  z.object({ type: z.literal('outcome'), outcome: outcomeSchema }),
]);

/**
 * Runs user JavaScript in a worker thread with its own heap and a bare context, and returns its JSON result.
 * Rejects with `ExecutionError` (`code_failed`, `code_out_of_memory`, `node_timeout`, `output_too_large`), or
 * with the signal's reason when aborted. The thread is gone when this settles. It keeps accidents and the
 * curious inside; against an attacker the sandbox around it is the boundary.
 */
export const runJavaScript = async (request: CodeRequest, signal: AbortSignal): Promise<unknown> => {
  signal.throwIfAborted();
  const worker = new Worker(WORKER_SOURCE, {
    eval: true,
    name: 'code-node',
    env: {},
    execArgv: [],
    // Not piped to this process: its own stdout is the sandbox channel.
    stdout: true,
    stderr: true,
    workerData: { source: request.source, variables: JSON.stringify(request.variables) },
    resourceLimits: heapLimits(request.memoryMb),
  });
  const memory = createMemoryWatch(worker, request.memoryMb);
  let logs: ReturnType<typeof createLogReader> | undefined;
  let watch: NodeJS.Timeout | undefined;
  let limit: NodeJS.Timeout | undefined;
  let abort = () => {};
  try {
    return await new Promise<unknown>((resolve, reject) => {
      abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      limit = setTimeout(() => reject(timeoutError(request.timeoutMs)), request.timeoutMs);
      watch = setInterval(() => {
        logs?.read();
        void memory.isOver().then((over) => over && reject(outOfMemoryError(request.memoryMb)));
      }, WATCH_INTERVAL_MS);

      worker.on('message', (raw: unknown) => {
        const message = messageSchema.safeParse(raw);
        if (!message.success) reject(crashError('its worker sent something else than a result'));
        else if (message.data.type === 'logs') logs = createLogReader(message.data.memory, request.onLog);
        else {
          const { outcome } = message.data;
          if (outcome.state !== 'returned') reject(describeFailure(outcome, request.source));
          else if (outcome.json.length > MAX_RESULT_LENGTH) reject(tooLargeError(outcome.json.length));
          else resolve(JSON.parse(outcome.json));
        }
      });
      worker.on('error', (error: NodeJS.ErrnoException) => {
        const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
        reject(isMemory ? outOfMemoryError(request.memoryMb) : crashError(error.message));
      });
      worker.on('exit', () => reject(crashError('its worker ended early')));
    });
  } finally {
    clearTimeout(limit);
    clearInterval(watch);
    signal.removeEventListener('abort', abort);
    await worker.terminate();
    logs?.finish();
  }
};

const timeoutError = (timeoutMs: number) =>
  new ExecutionError({
    code: 'node_timeout',
    message: `The code was stopped after ${timeoutMs} ms.`,
    hint: 'Look for a loop that does not end, or raise the timeout of the Code node.',
  });

const outOfMemoryError = (memoryMb: number) =>
  new ExecutionError({
    code: 'code_out_of_memory',
    message: `The code needed more than its ${memoryMb} MiB of memory.`,
    hint: 'Work on less data at a time, or raise the memory of the Code node.',
  });

const tooLargeError = (length: number) =>
  new ExecutionError({
    code: 'output_too_large',
    message: `The code returned ${length} characters of JSON; ${MAX_RESULT_LENGTH} is the limit.`,
    hint: 'Return less: what the next steps need.',
  });

const crashError = (what: string) =>
  new ExecutionError({ code: 'code_failed', message: `The code could not be run to its end: ${what}.` });
