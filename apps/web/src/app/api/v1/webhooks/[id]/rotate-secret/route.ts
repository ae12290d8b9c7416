import { restRoute } from '../../../../../../features/rest/server/rest-handler.ts';
import { rotateWebhookSecretOperation } from '../../../../../../features/rest/server/webhook-operations.ts';

export const dynamic = 'force-dynamic';

export const { GET, POST, PUT, PATCH, DELETE } = restRoute(rotateWebhookSecretOperation);
