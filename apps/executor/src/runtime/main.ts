import { serve } from './serve.ts';

// Bundled into one file by `scripts/build-runtime.ts`; started like this where there is no snapshot of it.
await serve();
