import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inRoot, ROOT } from '../lib/paths.ts';
import { tailOf } from '../lib/run-command.ts';
import { StopError } from '../lib/stop-error.ts';

const STOP_TIMEOUT_MS = 20_000;
const READY_POLL_MS = 150;
const MAX_LOG_BYTES = 10 * 1024 * 1024;
const TAIL_LINES = 25;

export type ChildOptions = {
  /** `web`, `executor`: names the log file and the messages. */
  name: string;
  entry: string;
  cwd?: string;
  nodeArgs?: string[];
  env: Record<string, string | undefined>;
  logDir: string;
};

export type Child = {
  name: string;
  logFile: string;
  /** Resolves with a text for people when the child ends without having been asked to. */
  crashed: Promise<string>;
  stop: (options?: { now?: boolean }) => Promise<void>;
};

/** Starts one of the apps on the project's Node, with its output in a log file. */
export const startChild = async (options: ChildOptions): Promise<Child> => {
  const logFile = path.join(options.logDir, `${options.name}.log`);
  await rotate(logFile);
  const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  log.write(`--- started ${new Date().toISOString()}\n`);
  const args = [
    ...(options.nodeArgs ?? []),
    `--import=${inRoot('scripts/start/stop-with-parent.ts')}`,
    inRoot(options.entry),
  ];
  const child = spawn(process.execPath, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A group of its own: Ctrl-C in the terminal reaches the starter alone, which stops the parts in order.
    detached: process.platform !== 'win32',
  });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });

  let stopping: Promise<void> | undefined;
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  const crashed = new Promise<string>((resolve) => {
    void ended.then(async (how) => {
      await new Promise<void>((written) => log.end(written));
      if (!stopping)
        resolve(
          `The ${options.name} stopped by itself (${how}). Its log (${logFile}) ends with:\n\n${await tail(logFile)}`,
        );
    });
  });
  const stop = async ({ now = false } = {}) => {
    stopping ??= end(child, ended);
    if (now) signalGroup(child, 'SIGKILL');
    await stopping;
  };
  return { name: options.name, logFile, crashed, stop };
};

/** Polls until the address answers 2xx. Throws a `StopError` with the log's end on a crash or after `timeoutMs`. */
export const waitUntilReady = async (child: Child, url: string, timeoutMs: number): Promise<Response> => {
  const deadline = Date.now() + timeoutMs;
  let crash: string | undefined;
  void child.crashed.then((text) => {
    crash = text;
  });
  let last = 'no answer yet';
  while (Date.now() < deadline) {
    if (crash) throw new StopError(crash);
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      if (response.ok) return response;
      last = `${response.status} ${(await response.text()).slice(0, 500)}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(READY_POLL_MS);
  }
  throw new StopError(
    `The ${child.name} was not ready after ${timeoutMs / 1000} s (${url}: ${last}). Its log (${child.logFile}) ends with:\n\n${await tail(child.logFile)}`,
  );
};

const end = async (child: ChildProcess, ended: Promise<string>): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(timer);
};

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal);
  } catch {
    // It is gone already.
  }
};

const rotate = async (file: string): Promise<void> => {
  const stats = await stat(file).catch(() => undefined);
  if (!stats || stats.size < MAX_LOG_BYTES) return;
  await rm(`${file}.1`, { force: true });
  await rename(file, `${file}.1`);
};

const tail = async (file: string): Promise<string> => tailOf(await readFile(file, 'utf8').catch(() => ''), TAIL_LINES);
