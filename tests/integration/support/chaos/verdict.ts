import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { ModelCall } from '../model-server.ts';
import { isRightResult, requestOf, type Started } from './chaos-load.ts';

/** What went wrong, in sentences; `figures` for the summary. */
export type Verdict = { faults: string[]; figures: Record<string, number> };

/** Looks at everything that the executions of a run left, after they have had the time to end. */
export const judge = async (
  prisma: PrismaClient,
  { started, calls }: { started: Started; calls: readonly ModelCall[] },
): Promise<Verdict> => {
  const executions = await prisma.execution.findMany({
    select: {
      id: true,
      status: true,
      idempotencyKey: true,
      results: true,
      error: true,
      lastSeq: true,
      attempts: true,
    },
  });
  const faults: string[] = [];
  const byId = new Map(executions.map((execution) => [execution.id, execution]));
  for (const [key, { kind, executionId }] of started) {
    const execution = byId.get(executionId);
    if (!execution) faults.push(`${key} (${executionId}) is lost: it is not in the database.`);
    else if (execution.status === 'failed' || execution.status === 'cancelled') {
      faults.push(`${key} (${executionId}) ${execution.status}: ${JSON.stringify(execution.error)}`);
    } else if (execution.status !== 'completed') faults.push(`${key} (${executionId}) is stuck: ${execution.status}.`);
    else if (!isRightResult(kind, key, execution.results)) {
      faults.push(`${key} (${executionId}) has a wrong result: ${JSON.stringify(execution.results)}`);
    }
  }
  if (executions.length !== started.size) {
    faults.push(`${started.size} executions were started, and ${executions.length} are there.`);
  }
  faults.push(...(await judgeLogs(prisma)), ...(await judgeRest(prisma)));
  const { faults: paidTwice, repeated, recorded } = await judgeCalls(prisma, calls);
  faults.push(...paidTwice);
  const sum = (of: (execution: (typeof executions)[number]) => number) =>
    executions.reduce((total, execution) => total + of(execution), 0);
  return {
    faults,
    figures: {
      executions: executions.length,
      completed: executions.filter(({ status }) => status === 'completed').length,
      claims: sum(({ attempts }) => attempts),
      'queued again': await prisma.executionEvent.count({ where: { type: 'execution_requeued' } }),
      events: sum(({ lastSeq }) => lastSeq),
      'model calls': recorded,
      'model calls asked again because the answer was lost with the executor': repeated,
    },
  };
};

/** A log has each `seq` once, one end, and says once of each step that it has ended. */
const judgeLogs = async (prisma: PrismaClient): Promise<string[]> => {
  const gaps = await prisma.$queryRaw<{ id: string; found: number; last: number }[]>`
    SELECT execution.id, count(event.seq)::int AS found, execution.last_seq AS last
    FROM executions AS execution LEFT JOIN execution_events AS event ON event.execution_id = execution.id
    GROUP BY execution.id
    HAVING count(event.seq) <> execution.last_seq OR min(event.seq) <> 1 OR max(event.seq) <> execution.last_seq`;
  const doubled = await prisma.$queryRaw<{ id: string; type: string; step: string; times: number }[]>`
    SELECT execution_id AS id, type, concat(node_id, ' ', iteration) AS step, count(*)::int AS times
    FROM execution_events
    WHERE type IN ('execution_completed', 'execution_failed', 'step_completed', 'step_failed')
    GROUP BY execution_id, type, node_id, iteration HAVING count(*) > 1`;
  const unfinished = await prisma.$queryRaw<{ id: string; step: string; status: string }[]>`
    SELECT step.execution_id AS id, concat(step.node_id, ' ', step.iteration) AS step, step.status::text
    FROM execution_steps AS step JOIN executions AS execution ON execution.id = step.execution_id
    WHERE execution.status = 'completed' AND step.status <> 'completed'`;
  return [
    ...gaps.map(({ id, found, last }) => `${id} has ${found} events up to number ${last}.`),
    ...doubled.map(({ id, type, step, times }) => `${id} says ${times} times ${type} of ${step || 'itself'}.`),
    ...unfinished.map(({ id, step, status }) => `${id} is completed, and its step ${step} is ${status}.`),
  ];
};

/** Answers kept for a resume go with the end. */
const judgeRest = async (prisma: PrismaClient): Promise<string[]> => {
  const kept = await prisma.hostCall.count({ where: { execution: { status: 'completed' } } });
  return kept === 0 ? [] : [`${kept} answers are kept for executions that have ended.`];
};

/** A call whose answer is recorded is never requested again. */
const judgeCalls = async (prisma: PrismaClient, calls: readonly ModelCall[]) => {
  const rows = await prisma.modelCall.findMany({ where: { completedAt: { not: null } } });
  const byFingerprint = Map.groupBy(calls, ({ fingerprint }) => fingerprint);
  const faults: string[] = [];
  const answered = new Map<string, string>();
  for (const { executionId, nodeId, iteration, response, completedAt } of rows) {
    const where = `${executionId} ${nodeId} ${iteration}`;
    const call = calls[requestOf(response) ?? -1];
    if (!call || !completedAt) {
      faults.push(`${where}: the answer came from no request: ${JSON.stringify(response)}`);
      continue;
    }
    const earlier = answered.get(call.fingerprint);
    if (earlier !== undefined) faults.push(`${where} was answered and paid twice, also as ${earlier}.`);
    answered.set(call.fingerprint, where);
    const later = byFingerprint.get(call.fingerprint)?.filter(({ at }) => at > completedAt.getTime()) ?? [];
    if (later.length > 0) faults.push(`${where} was asked ${later.length} times more after its answer was recorded.`);
  }
  return { faults, recorded: rows.length, repeated: calls.length - byFingerprint.size };
};
