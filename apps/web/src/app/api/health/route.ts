import { checkReadiness } from '../../../server/health.ts';

export const dynamic = 'force-dynamic';

/** Ready: requests may be sent here. What needs no database is at `/api/health/live`. */
export const GET = async (): Promise<Response> => {
  const readiness = await checkReadiness();
  return Response.json(readiness, {
    status: readiness.status === 'ok' ? 200 : 503,
    headers: { 'Cache-Control': 'no-store' },
  });
};
