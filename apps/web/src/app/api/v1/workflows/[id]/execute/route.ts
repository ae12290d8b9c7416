import { executeWorkflow } from '../../../../../../features/rest/server/execute-workflow.ts';
import { restRoute } from '../../../../../../features/rest/server/rest-handler.ts';

export const dynamic = 'force-dynamic';

export const { GET, POST, PUT, PATCH, DELETE } = restRoute(executeWorkflow);
