import { AppError } from '@agentweaver/core/errors/app-error';
import { getServices } from '../../../server/services.ts';
import { problemWithStatus } from '../../rest/server/problem-response.ts';
import { answer } from '../../rest/server/rest-handler.ts';
import { receiveWebhook } from './receive-webhook.ts';

type RouteContext = { params: Promise<{ token: string }> };

/** For labels: the token would be one for each webhook, and tell the address. */
const ENDPOINT = '/api/hooks/{token}';

export const postHook = (request: Request, { params }: RouteContext): Promise<Response> =>
  answer({ request, endpoint: ENDPOINT, challenge: 'StandardWebhooks' }, async (requestId, noteLimit) => {
    const { token } = await params;
    return receiveWebhook(getServices(), { request, token, requestId, noteLimit });
  });

/** A browser that opens the address, say. */
export const refuseHook = (request: Request): Promise<Response> =>
  answer({ request, endpoint: ENDPOINT }, async (requestId) =>
    problemWithStatus({
      error: new AppError('bad_request', { publicMessage: 'A webhook takes POST.' }),
      status: 405,
      requestId,
      headers: { Allow: 'POST' },
    }),
  );
