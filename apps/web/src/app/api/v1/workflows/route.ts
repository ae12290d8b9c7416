import { restRoute } from '../../../../features/rest/server/rest-handler.ts';
import { createWorkflow, listWorkflows } from '../../../../features/rest/server/workflow-operations.ts';

export const dynamic = 'force-dynamic';

export const { GET, POST, PUT, PATCH, DELETE } = restRoute(listWorkflows, createWorkflow);
