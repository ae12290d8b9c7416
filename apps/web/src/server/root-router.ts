import { analyticsRouter } from '../features/analytics/server/router.ts';
import { authRouter } from '../features/auth/server/router.ts';
import { builderRouter } from '../features/builder/server/router.ts';
import { credentialsRouter } from '../features/credentials/server/router.ts';
import { executionsRouter } from '../features/executions/server/router.ts';
import { settingsRouter } from '../features/settings/server/router.ts';
import { triggersRouter } from '../features/triggers/server/router.ts';
import { workflowsRouter } from '../features/workflows/server/router.ts';
import { workspaceRouter } from '../features/workspace/server/router.ts';
import { router } from './trpc.ts';

export const rootRouter = router({
  auth: authRouter,
  workspace: workspaceRouter,
  workflows: workflowsRouter,
  builder: builderRouter,
  executions: executionsRouter,
  analytics: analyticsRouter,
  settings: settingsRouter,
  credentials: credentialsRouter,
  triggers: triggersRouter,
});

export type RootRouter = typeof rootRouter;
