import { parseEnv } from './env.ts';
import { startExecutor } from './start-executor.ts';

/** Times out by itself, so that a dependency that hangs cannot keep the process. */
const HARD_EXIT_MS = 15_000;

const main = async (): Promise<void> => {
  const executor = await startExecutor(parseEnv(process.env));
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), HARD_EXIT_MS).unref();
    executor.stop(signal).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
};

main().catch((error: unknown) => {
  process.stderr.write(`The executor could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
