import { createHash, timingSafeEqual } from 'node:crypto';
import { poolCounts } from '@agentweaver/db/client';
import { getEnv } from '../../../server/env.ts';
import { checkDatabase, checkQueue } from '../../../server/health.ts';
import { getMetrics } from '../../../server/metrics.ts';
import { getServices } from '../../../server/services.ts';

export const dynamic = 'force-dynamic';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const isAllowed = (request: Request): boolean => {
  const { METRICS_TOKEN } = getEnv();
  return (
    !METRICS_TOKEN ||
    timingSafeEqual(digest(request.headers.get('authorization') ?? ''), digest(`Bearer ${METRICS_TOKEN}`))
  );
};

export const GET = async (request: Request): Promise<Response> => {
  if (!isAllowed(request))
    return new Response('A valid bearer token is needed.\n', {
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer' },
    });
  const { registry, queueJobs, parts, connections } = getMetrics();
  // Before the check below takes one of them.
  const { total, idle, waiting } = poolCounts(getServices().prisma);
  for (const [state, count] of Object.entries({ busy: total - idle, idle, waiting })) connections.set({ state }, count);
  const [database, queue] = await Promise.all([checkDatabase(), checkQueue()]);
  parts.set({ part: 'database' }, database.state === 'ok' ? 1 : 0);
  parts.set({ part: 'queue' }, queue.state === 'ok' ? 1 : 0);
  queueJobs.reset();
  if (queue.state === 'ok') {
    queueJobs.set({ state: 'waiting' }, queue.waiting);
    queueJobs.set({ state: 'active' }, queue.active);
  }
  return new Response(await registry.metrics(), {
    headers: { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' },
  });
};
