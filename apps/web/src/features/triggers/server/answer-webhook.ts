import type { Webhook } from '@agentweaver/db/generated/client';
import type { Services } from '../../../server/services.ts';
import type { ExecutionStatus } from '../../executions/execution-view.ts';
import { PROBLEM_TYPE } from '../../rest/server/problem-response.ts';
import { type ExecutionOutcome, waitForEnd } from './wait-for-end.ts';

/** Below the 60 s after which many senders and proxies give up. */
const RESULT_TIMEOUT_MS = 55_000;

/** Callers that one process keeps waiting at once; further ones are answered as `immediate` ones are. */
const MAX_WAITING = 500;
let waiting = 0;

type Started = {
  webhook: Pick<Webhook, 'response'>;
  executionId: string;
  /** By an earlier delivery of the same message. */
  replayed: boolean;
  requestId: string;
  /** The caller has gone. */
  signal: AbortSignal;
};

/**
 * 202 with the execution's id at once, or, for `result`, when it takes longer than its caller can wait; 200 with its
 * results; 502 as a problem when it failed or was cancelled.
 */
export const answerStarted = async (services: Services, started: Started): Promise<Response> => {
  const { executionId, replayed, requestId } = started;
  const headers = {
    'Cache-Control': 'no-store',
    'X-Request-Id': requestId,
    Location: `/api/v1/executions/${executionId}`,
    ...(replayed ? { 'Idempotency-Replayed': 'true' } : {}),
  };
  const accepted = (status: ExecutionStatus) =>
    Response.json({ execution_id: executionId, status }, { status: 202, headers });
  if (started.webhook.response === 'immediate') return accepted('queued');
  const outcome = await follow(services, started);
  if (outcome?.status === 'completed') {
    const { status, results } = outcome;
    return Response.json({ execution_id: executionId, status, results }, { status: 200, headers });
  }
  if (outcome && outcome.status !== 'failed' && outcome.status !== 'cancelled') return accepted(outcome.status);
  return Response.json(failure(started, outcome), {
    status: 502,
    headers: { ...headers, 'Content-Type': PROBLEM_TYPE },
  });
};

const follow = async (services: Services, { executionId, signal }: Started): Promise<ExecutionOutcome | null> => {
  if (waiting >= MAX_WAITING) return { status: 'queued', results: null, error: null };
  waiting += 1;
  try {
    return await waitForEnd(services, { executionId, timeoutMs: RESULT_TIMEOUT_MS, signal });
  } finally {
    waiting -= 1;
  }
};

/** RFC 9457, as every refusal; `code` says which of the ends it came to. */
const failure = ({ executionId, requestId }: Started, outcome: ExecutionOutcome | null) => {
  const ends = { failed: 'execution_failed', cancelled: 'execution_cancelled', gone: 'execution_deleted' } as const;
  const code = ends[outcome?.status === 'failed' ? 'failed' : outcome ? 'cancelled' : 'gone'];
  const details = {
    execution_failed: outcome?.error?.message ?? 'The workflow failed.',
    execution_cancelled: 'The execution was cancelled.',
    execution_deleted: 'The execution was deleted.',
  };
  return {
    type: `urn:agentweaver:problem:${code}`,
    title: 'The workflow gave no result',
    status: 502,
    detail: details[code],
    code,
    request_id: requestId,
    execution_id: executionId,
    ...(outcome?.error ? { error_code: outcome.error.code } : {}),
  };
};
