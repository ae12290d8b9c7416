import { red, say } from '../lib/progress.ts';
import { stopCommands } from '../lib/run-command.ts';
import { messageOf } from '../lib/stop-error.ts';

/** A terminal's Ctrl-C arrives twice, from the terminal and handed on by npm; only a later one means impatience. */
const SAME_KEYPRESS_MS = 1_000;

type Undo = (options: { now: boolean }) => Promise<void>;

export type Shutdown = {
  /** Registers how to undo a step; undone in reverse order. */
  add: (undo: Undo) => void;
  /** Undoes everything and exits. The first call decides the code; the database is let go even when a part fails to stop. */
  finish: (code: number, message?: string) => Promise<never>;
};

export const createShutdown = (): Shutdown => {
  const undos: Undo[] = [];
  let finishing: Promise<never> | undefined;
  let firstSignalAt = 0;
  let impatient = false;

  const undoAll = async (code: number, message: string | undefined): Promise<never> => {
    if (message) say(`\n${message}`);
    stopCommands();
    let failed = false;
    while (undos.length > 0) {
      try {
        await undos.pop()?.({ now: impatient });
      } catch (error) {
        failed = true;
        say(red(messageOf(error)));
      }
    }
    process.exit(failed ? 1 : code);
  };
  const finish = (code: number, message?: string): Promise<never> => {
    finishing ??= undoAll(code, message);
    return finishing;
  };
  const onSignal = (why: string) => {
    if (firstSignalAt === 0) {
      firstSignalAt = Date.now();
      void finish(0, `Stopping (${why}) …`);
    } else if (Date.now() - firstSignalAt > SAME_KEYPRESS_MS && !impatient) {
      impatient = true;
      say('Stopping at once.');
      for (const undo of [...undos]) void undo({ now: true });
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => onSignal(signal));
  process.on('disconnect', () => onSignal('its starter is gone'));
  process.channel?.unref();
  return { add: (undo) => undos.push(undo), finish };
};
