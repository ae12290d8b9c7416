import { startupSnapshot } from 'node:v8';
import { serve } from './serve.ts';
import { warmUp } from './warm-up.ts';

// The program of `node --build-snapshot`: everything is loaded, has run once, and is written down as a heap that a
// sandbox starts from.
startupSnapshot.setDeserializeMainFunction(() => {
  void serve();
});
// Node waits for it. Without it there is to be no snapshot, rather than a slow one.
warmUp().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
