import { restRoute } from '../../../../../../features/rest/server/rest-handler.ts';
import { listDeliveriesOperation } from '../../../../../../features/rest/server/webhook-operations.ts';

export const dynamic = 'force-dynamic';

export const { GET, POST, PUT, PATCH, DELETE } = restRoute(listDeliveriesOperation);
