import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { CallGateMetrics } from './call-gate.ts';

/** Figures of the gate; the labels are kinds of calls and names of limits, both few. */
export const createGateMetrics = (registry: Registry): CallGateMetrics => {
  const registers = [registry];
  const calls = new Gauge({
    name: 'agentweaver_host_calls',
    help: 'Calls of steps that wait for their turn or are under way, in this executor. The kind local is the executor’s own work.',
    labelNames: ['kind', 'state'],
    registers,
  });
  const wait = new Histogram({
    name: 'agentweaver_host_call_wait_seconds',
    help: 'From a call of a step until its turn.',
    labelNames: ['kind'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 15, 60, 300, 600],
    registers,
  });
  const waits = new Counter({
    name: 'agentweaver_host_call_waits_total',
    help: 'Calls that had to wait for their turn, by the limit that they met first.',
    labelNames: ['limit'],
    registers,
  });
  const refusals = new Counter({
    name: 'agentweaver_host_call_refusals_total',
    help: 'Calls that had no turn in time and failed, by the limit.',
    labelNames: ['limit'],
    registers,
  });
  return {
    waiting: (kind, change) => calls.inc({ kind, state: 'waiting' }, change),
    underWay: (kind, change) => calls.inc({ kind, state: 'under_way' }, change),
    waited: (kind, seconds) => wait.observe({ kind }, seconds),
    blocked: (limit) => waits.inc({ limit }),
    refused: (limit) => refusals.inc({ limit }),
  };
};
