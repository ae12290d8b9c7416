import { restRoute } from '../../../../../../features/rest/server/rest-handler.ts';
import { rerunOperation } from '../../../../../../features/rest/server/wait-operations.ts';

export const dynamic = 'force-dynamic';

export const { GET, POST, PUT, PATCH, DELETE } = restRoute(rerunOperation);
