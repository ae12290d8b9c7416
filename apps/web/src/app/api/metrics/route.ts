import { createHash, timingSafeEqual } from 'node:crypto';
import { getEnv } from '../../../server/env.ts';
import { checkQueue } from '../../../server/health.ts';
import { getMetrics } from '../../../server/metrics.ts';

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
  const { registry, queueJobs } = getMetrics();
  const queue = await checkQueue();
  queueJobs.reset();
  if (queue.state === 'ok') {
    queueJobs.set({ state: 'waiting' }, queue.waiting);
    queueJobs.set({ state: 'active' }, queue.active);
  }
  return new Response(await registry.metrics(), {
    headers: { 'Content-Type': registry.contentType, 'Cache-Control': 'no-store' },
  });
};
