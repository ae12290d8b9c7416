import { getFileOperation } from '../../../../../../features/rest/server/file-operations.ts';
import { restRoute } from '../../../../../../features/rest/server/rest-handler.ts';

export const dynamic = 'force-dynamic';

export const { GET, POST, PUT, PATCH, DELETE } = restRoute(getFileOperation);
