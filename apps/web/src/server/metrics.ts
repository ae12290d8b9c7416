import type { EndedExecution } from '@agentweaver/db/execution-end';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { getEnv } from './env.ts';
import { processGlobal } from './process-global.ts';

const createMetrics = () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'agentweaver_web_' });
  const tenant = getEnv().METRICS_TENANT_LABELS ? (['user_id', 'workflow_id'] as const) : [];
  return {
    registry,
    apiCalls: new Counter({
      name: 'agentweaver_api_calls_total',
      help: 'Calls of REST routes and tRPC procedures.',
      labelNames: ['endpoint', 'method', 'status_code'],
      registers: [registry],
    }),
    apiDuration: new Histogram({
      name: 'agentweaver_api_call_duration_seconds',
      help: 'How long REST calls took.',
      labelNames: ['endpoint', 'method'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    }),
    executions: new Counter({
      name: 'agentweaver_workflow_executions_total',
      help: 'Executions that ended here, before or between their claims, by status. Executors tell of the others.',
      labelNames: ['status', ...tenant],
      registers: [registry],
    }),
    signIns: new Counter({
      name: 'agentweaver_sign_ins_total',
      help: 'Attempts to sign in.',
      labelNames: ['result'],
      registers: [registry],
    }),
    parts: new Gauge({
      name: 'agentweaver_part_ready',
      help: 'Whether a part that the web app needs is there: 1, or 0 while it is missing.',
      labelNames: ['part'],
      registers: [registry],
    }),
    connections: new Gauge({
      name: 'agentweaver_database_connections',
      help: 'Connections of this process to PostgreSQL, by state; waiting: callers that wait for a free one.',
      labelNames: ['state'],
      registers: [registry],
    }),
    queueJobs: new Gauge({
      name: 'agentweaver_web_queue_jobs',
      help: 'Jobs in the execution queue, read when scraped.',
      labelNames: ['state'],
      registers: [registry],
    }),
  };
};

export type WebMetrics = ReturnType<typeof createMetrics>;

/** prom-client refuses a second registration of a name, so there is one registry per process. */
export const getMetrics = (): WebMetrics => processGlobal('metrics', createMetrics);

/** `endpoint` must be a route pattern or a procedure's path, never a caller's text: labels stay bounded. */
export const countApiCall = ({
  endpoint,
  method,
  status,
}: {
  endpoint: string;
  method: string;
  status: number;
}): void => {
  getMetrics().apiCalls.inc({ endpoint, method, status_code: String(status) });
};

/** By whoever ended it, and so got this: each execution counts once in the whole installation. */
export const countEndedExecution = ({ status, userId, workflowId }: EndedExecution): void => {
  const tenant = getEnv().METRICS_TENANT_LABELS ? { user_id: userId ?? '', workflow_id: workflowId } : {};
  getMetrics().executions.inc({ status, ...tenant });
};
