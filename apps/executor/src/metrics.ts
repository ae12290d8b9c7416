import type { EndedExecution } from '@agentweaver/db/execution-end';
import type { WaitingExecutions } from '@agentweaver/db/waiting-executions';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { createGateMetrics } from './host/gate/gate-metrics.ts';
import type { PoolObserver } from './sandbox/pool/pool.ts';
import { createScalingMetrics } from './scaling-metrics.ts';

export type QueueCounts = { waiting: number; active: number; delayed: number };

export type Metrics = ReturnType<typeof createMetrics>;

/** Labels stay bounded: ids of users and workflows only where the operator asked for them (`METRICS_TENANT_LABELS`). */
export const createMetrics = ({
  tenantLabels,
  queueCounts,
  readWaiting,
  slots,
}: {
  tenantLabels: boolean;
  /** Asked at each scrape. */
  queueCounts: () => Promise<QueueCounts>;
  readWaiting: () => Promise<WaitingExecutions>;
  /** Executions that this executor runs at the same time at most. */
  slots: number;
}) => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const tenant = tenantLabels ? (['user_id', 'workflow_id'] as const) : [];

  const executions = new Counter({
    name: 'agentweaver_workflow_executions_total',
    help: 'Executions that ended, by status.',
    labelNames: ['status', ...tenant],
    registers,
  });
  const executionDuration = new Histogram({
    name: 'agentweaver_workflow_execution_duration_seconds',
    help: 'How long executions that ended were worked on, waits left out.',
    labelNames: ['status'],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
    registers,
  });
  const activeExecutions = new Gauge({
    name: 'agentweaver_active_executions',
    help: 'Executions that this executor runs now.',
    registers,
  });
  new Gauge({
    name: 'agentweaver_queue_depth',
    help: 'Jobs on the queue, by state.',
    labelNames: ['state'],
    registers,
    async collect() {
      try {
        for (const [state, count] of Object.entries(await queueCounts())) this.set({ state }, count);
      } catch {
        // The queue is away: /ready says so, and a gauge that keeps its last value would lie.
        this.reset();
      }
    },
  });
  createScalingMetrics({ registers, readWaiting, slots });
  const queueWait = new Histogram({
    name: 'agentweaver_queue_wait_seconds',
    help: 'From being queued to the first claim.',
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300],
    registers,
  });
  const sandboxStart = new Histogram({
    name: 'agentweaver_sandbox_start_seconds',
    help: 'From asking for a sandbox until its engine is ready, for each one started.',
    labelNames: ['kind'],
    buckets: [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 20],
    registers,
  });
  const sandboxFailures = new Counter({
    name: 'agentweaver_sandbox_start_failures_total',
    help: 'Sandboxes that did not start.',
    labelNames: ['kind'],
    registers,
  });
  const sandboxes = new Gauge({
    name: 'agentweaver_sandbox_pool',
    help: 'Sandboxes of this executor, by state: booting, fresh (never used), kept (idle, for its workspace), busy.',
    labelNames: ['kind', 'state'],
    registers,
  });
  const acquisitions = new Counter({
    name: 'agentweaver_sandbox_acquisitions_total',
    help: 'Sandboxes given to executions: warm ones stood ready, for cold ones the execution waited.',
    labelNames: ['kind', 'how'],
    registers,
  });
  const acquireWait = new Histogram({
    name: 'agentweaver_sandbox_wait_seconds',
    help: 'How long an execution waited for its sandbox.',
    labelNames: ['kind'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 20],
    registers,
  });
  const modelCalls = new Counter({
    name: 'agentweaver_model_calls_total',
    help: 'Model calls, by how they ended: ok, memo (answered from an earlier attempt), or an error code.',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  const modelTokens = new Counter({
    name: 'agentweaver_model_tokens_total',
    help: 'Tokens of model calls.',
    labelNames: ['provider', 'direction'],
    registers,
  });
  const modelCost = new Counter({
    name: 'agentweaver_model_cost_usd_total',
    help: 'US dollars that model calls cost.',
    labelNames: ['provider'],
    registers,
  });
  const egressDenials = new Counter({
    name: 'agentweaver_egress_denials_total',
    help: 'Requests of workflows that the egress guard refused.',
    labelNames: ['reason'],
    registers,
  });

  return {
    registry,
    activeExecutions,
    queueWait,
    pool: (kind: string): PoolObserver => ({
      booted: (seconds) => sandboxStart.observe({ kind }, seconds),
      bootFailed: () => sandboxFailures.inc({ kind }),
      acquired: (how, seconds) => {
        acquisitions.inc({ kind, how });
        acquireWait.observe({ kind }, seconds);
      },
      counts: (counts) => {
        for (const [state, count] of Object.entries(counts)) sandboxes.set({ kind, state }, count);
      },
    }),
    modelCalls,
    modelTokens,
    modelCost,
    egressDenials,
    calls: createGateMetrics(registry),
    /** Of each execution exactly once: by whoever ended it, and so got this. */
    executionEnded: ({ status, userId, workflowId, executionTimeMs }: EndedExecution) => {
      const labels = tenantLabels ? { user_id: userId ?? '', workflow_id: workflowId } : {};
      executions.inc({ status, ...labels });
      if (executionTimeMs !== null) executionDuration.observe({ status }, executionTimeMs / 1_000);
    },
  };
};
