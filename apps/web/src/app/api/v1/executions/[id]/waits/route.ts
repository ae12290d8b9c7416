import { restRoute } from '../../../../../../features/rest/server/rest-handler.ts';
import { listWaits } from '../../../../../../features/rest/server/wait-operations.ts';

export const dynamic = 'force-dynamic';

export const { GET, POST, PUT, PATCH, DELETE } = restRoute(listWaits);
