import { type ChildProcess, spawn } from 'node:child_process';
import { ROOT } from './paths.ts';
import { StopError } from './stop-error.ts';

const TAIL_LINES = 40;

export type CommandOptions = {
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** Gets each line as it comes. */
  onLine?: (line: string) => void;
};

export type CommandResult = { code: number; output: string };

/** Runs a program to its end, without a shell; never throws for a bad exit code. */
export const runCommand = (command: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    let line = '';
    const take = (chunk: string) => {
      output += chunk;
      if (!options.onLine) return;
      const lines = (line + chunk).split('\n');
      line = lines.pop() ?? '';
      for (const whole of lines) options.onLine(whole);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', (error) => {
      running.delete(child);
      reject(error);
    });
    child.on('close', (code) => {
      running.delete(child);
      if (line) options.onLine?.(line);
      resolve({ code: code ?? 1, output });
    });
  });

const running = new Set<ChildProcess>();

/** For a script that is told to stop in the middle of a step. */
export const stopCommands = (): void => {
  for (const child of running) child.kill('SIGTERM');
};

/** Like `runCommand`, but a bad exit code is a `StopError` with the end of what the program printed. */
export const mustRun = async (
  what: string,
  command: string,
  args: string[],
  options?: CommandOptions,
): Promise<string> => {
  const { code, output } = await runCommand(command, args, options);
  if (code !== 0) throw new StopError(`${what} failed (exit code ${code}):\n${tailOf(output)}`);
  return output;
};

export const tailOf = (text: string, lines = TAIL_LINES): string => text.trimEnd().split('\n').slice(-lines).join('\n');
