import type { CollabServer } from '../features/collab/server/collab-server.ts';
import { existingGlobal, processGlobal } from './process-global.ts';

/** Called once by `src/server/main.ts`. */
export const openCollab = (create: () => CollabServer): CollabServer => processGlobal('collab', create);

/** The draft server of this process; `undefined` outside of `src/server/main.ts`, e.g. in tests of a single route. */
export const getCollab = (): CollabServer | undefined => existingGlobal<CollabServer>('collab');
