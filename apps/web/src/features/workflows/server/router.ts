import { router } from '../../../server/trpc.ts';

export const workflowsRouter = router({});
