/** Preloaded into the executor by `npm run dev`: each restart runs the engine as it is in the sources now. */
import { rm } from 'node:fs/promises';
import { buildRuntime } from '../../apps/executor/scripts/build-runtime.ts';
import { inRoot } from '../lib/paths.ts';

// What is bundled here belongs to no state that the next `npm start` could recognise.
await rm(inRoot('apps/executor/dist/source-hash'), { force: true });
await buildRuntime();
