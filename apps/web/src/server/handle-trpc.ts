import { APP_ERRORS, isAppError } from '@agentweaver/core/errors/app-error';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { createContext } from './context.ts';
import { rootRouter } from './root-router.ts';
import { assertSameOrigin } from './same-origin.ts';

/** The largest body of a call, in bytes: a definition of the largest size fits. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const refuse = (status: number, message: string): Response => Response.json({ error: { message } }, { status });

export const handleTrpc = async (request: Request): Promise<Response> => {
  if (request.method === 'POST') {
    try {
      assertSameOrigin(request);
    } catch (error) {
      if (isAppError(error)) return refuse(APP_ERRORS[error.code].http, error.publicMessage);
      throw error;
    }
    // Node refuses a body longer than it announces, and browsers always announce.
    const announced = Number(request.headers.get('content-length') ?? Number.NaN);
    if (!Number.isFinite(announced)) return refuse(411, 'The request must say how long it is.');
    if (announced > MAX_BODY_BYTES) return refuse(413, 'The request is too large.');
  }
  const response = await fetchRequestHandler({
    endpoint: '/api/trpc',
    req: request,
    router: rootRouter,
    createContext: () => createContext(request.headers),
  });
  response.headers.set('Cache-Control', 'no-store, no-transform');
  response.headers.set('X-Accel-Buffering', 'no');
  return response;
};
