import { parseEnv } from './env.ts';
import { type RunningExecutor, startExecutor } from './start-executor.ts';
import { HARD_EXIT_MS } from './tunables.ts';

/** A terminal's Ctrl-C may arrive twice, from the terminal and handed on; only a later one means impatience. */
const SAME_KEYPRESS_MS = 500;

const main = async (): Promise<void> => {
  let executor: RunningExecutor | undefined;
  let stoppingSince: number | undefined;
  const stop = (signal: string) => {
    if (stoppingSince !== undefined) {
      // What runs is found by the sweeper of another executor, and its sandboxes by a reaper.
      if (performance.now() - stoppingSince > SAME_KEYPRESS_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    // While it starts there is nothing to give back.
    if (!executor) process.exit(0);
    setTimeout(() => process.exit(1), HARD_EXIT_MS).unref();
    executor.stop(signal).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  executor = await startExecutor(parseEnv(process.env));
};

main().catch((error: unknown) => {
  process.stderr.write(`The executor could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
