import { parseEnv } from './env.ts';
import { startExecutor } from './start-executor.ts';

/** After this the process ends, come what may: a database or a Docker engine that hangs must not keep it. */
const HARD_EXIT_MS = 10_000;

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
