import { router } from '../../../server/trpc.ts';

export const builderRouter = router({});
