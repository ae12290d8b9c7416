import { router } from '../../../server/trpc.ts';

export const workspaceRouter = router({});
