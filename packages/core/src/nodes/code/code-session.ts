import type { CodeRequest } from '../../host/host.ts';
import { type CodeWorker, startCodeWorker } from './code-worker.ts';

/** Idle workers that a session keeps: as many Code nodes at the same time start at once. */
const MAX_IDLE = 4;

/** What the user code of one execution runs in. */
export type CodeSession = {
  /**
   * Runs user JavaScript in a worker thread with its own heap and a bare context of its own, and returns its JSON result.
   * Rejects with `ExecutionError` (`code_failed`, `code_out_of_memory`, `node_timeout`, `output_too_large`), or with the
   * signal's reason when aborted; a thread whose code did not end by itself is gone then. It keeps accidents and the
   * curious inside; against an attacker the sandbox around it is the boundary. `onCpu` is told the processor time of the
   * thread, in µs.
   */
  run(request: CodeRequest, signal: AbortSignal, onCpu?: (micros: number) => void): Promise<unknown>;
  /** Starts a worker for a request to come, if none is waiting. */
  prepare(memoryMb: number): void;
  /** Ends its workers, and what still runs in them. */
  close(): Promise<void>;
};

/**
 * Workers are reused within the session and never in another one: what one execution's code might leave behind is not
 * another's to find. A worker serves requests of one memory limit, since V8's own limit cannot be changed.
 */
export const createCodeSession = (): CodeSession => {
  let workers: CodeWorker[] = [];
  let isClosed = false;

  const idle = (memoryMb: number): CodeWorker | undefined =>
    workers.find((worker) => worker.memoryMb === memoryMb && worker.isIdle());

  const start = (memoryMb: number): CodeWorker => {
    const worker = startCodeWorker(memoryMb);
    workers.push(worker);
    return worker;
  };

  /** Forgets those that have ended, and lets go of more than may wait. */
  const tidy = (): void => {
    const surplus = workers.filter((worker) => worker.isIdle()).slice(0, -MAX_IDLE);
    for (const worker of surplus) void worker.stop();
    workers = workers.filter((worker) => !worker.hasEnded());
  };

  return {
    run: async (request, signal, onCpu) => {
      signal.throwIfAborted();
      if (isClosed) throw new Error('The execution of this code has ended.');
      const worker = idle(request.memoryMb) ?? start(request.memoryMb);
      const { result, cpuMicros } = worker.run(request, signal);
      try {
        return await result;
      } finally {
        onCpu?.(await cpuMicros);
        tidy();
      }
    },
    prepare: (memoryMb) => {
      if (!isClosed && !idle(memoryMb)) start(memoryMb);
    },
    close: async () => {
      isClosed = true;
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
};
