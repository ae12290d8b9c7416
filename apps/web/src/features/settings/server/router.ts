import { router } from '../../../server/trpc.ts';

export const settingsRouter = router({});
