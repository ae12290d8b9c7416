import { startupSnapshot } from 'node:v8';
import { serve } from './serve.ts';
import { warmUp } from './warm-up.ts';

// The program of `node --build-snapshot`: everything is loaded, has run once, and is written down as a heap that a
// sandbox starts from.
startupSnapshot.setDeserializeMainFunction(() => {
  void serve();
});
/** Longer than any timer that the warm-up leaves behind. */
const SETTLE_MS = 1_000;

/**
 * Node keeps with the heap when its next timer was due, also when that one was cleared, and only a timer that fires corrects
 * it. In a sandbox that boots later on its clock than that, as on a busy machine, no timer at all would be armed: no
 * limit of a step would ever hold.
 */
const settleTimers = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, SETTLE_MS));

// Node waits for it. Without it there is to be no snapshot, rather than a slow one.
warmUp()
  .then(settleTimers)
  .catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
