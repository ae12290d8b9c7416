import { createHash } from 'node:crypto';
import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import { isSuspended } from '@agentweaver/core/host/suspended';
import type { ClaimedExecution } from '@agentweaver/db/execution-claim';
import { activeTracing, errorCodeOf, failSpan, type Tracing } from '@agentweaver/db/tracing/tracing';
import { type Span, type SpanContext, SpanKind } from '@opentelemetry/api';
import type { Ending } from '../execution/drive-sandbox.ts';
import type { StopReason } from '../execution/ownership.ts';
import type { StepRef } from '../execution/step-places.ts';
import type { HostCallMemo } from '../host/host-calls.ts';
import type { SandboxLease } from '../sandbox/sandbox.ts';
import { MAX_EXECUTION_SPANS } from '../tunables.ts';
import { createStepSpans, type SpanChange } from './step-spans.ts';

/** One claim of an execution, as its trace sees it. With tracing off each of these just does the work. */
export type ExecutionTrace = {
  /** Everything of the claim: what is logged in it says to which trace it belongs. */
  run<T>(work: () => Promise<T>): Promise<T>;
  acquire(work: () => Promise<SandboxLease>): Promise<SandboxLease>;
  /** Each host call as a span of its step, with its wait for a place and what was answered from memory. */
  memo(memo: HostCallMemo): HostCallMemo;
  event(event: EngineEvent): void;
  /** The engine is done; `reason`: of a stop from outside. */
  ended(ending: Ending, reason: StopReason | undefined): void;
};

const OFF: ExecutionTrace = {
  run: (work) => work(),
  acquire: (work) => work(),
  memo: (memo) => memo,
  event: () => undefined,
  ended: () => undefined,
};

type TraceOptions = {
  claim: Pick<ClaimedExecution, 'execution' | 'workspace'>;
  findNode: (step: StepRef) => WorkflowNode | undefined;
};

export const traceExecution = ({ claim, findNode }: TraceOptions): ExecutionTrace => {
  const tracing = activeTracing();
  return tracing ? createTrace(tracing, { claim, findNode }) : OFF;
};

const createTrace = (tracing: Tracing, { claim, findNode }: TraceOptions): ExecutionTrace => {
  const root = startRoot(tracing, claim);
  // Of a trace that nobody keeps; what is logged still names it.
  if (!root.isRecording()) return { ...OFF, run: (work) => tracing.run(root, work) };

  const steps = createStepSpans(findNode);
  const open = new Map<string, Span>();
  let made = 0;

  const apply = (change: SpanChange): void => {
    if (change.kind === 'start') {
      made += 1;
      if (made > MAX_EXECUTION_SPANS) return;
      const { key, parent, name, at, attributes } = change;
      const above = parent === undefined ? undefined : open.get(parent);
      open.set(key, tracing.start({ name, parent: above ?? root, startTime: at, attributes }));
      return;
    }
    const span = open.get(change.key);
    if (!span) return;
    open.delete(change.key);
    span.setAttributes(change.attributes);
    if (change.errorCode !== undefined) failSpan(span, change.errorCode);
    span.end(change.at);
  };

  const close = (errorCodeOfStep: (step: string) => string | undefined): void => {
    for (const change of steps.close({ at: Date.now(), errorCodeOf: errorCodeOfStep })) apply(change);
  };

  return {
    run: async (work) => {
      try {
        return await tracing.run(root, work);
      } finally {
        close(() => undefined);
        root.end();
      }
    },
    acquire: async (work) => {
      const span = tracing.start({ name: 'acquire_sandbox', parent: root });
      try {
        const lease = await tracing.run(span, work);
        span.setAttributes({ 'agentweaver.sandbox.kind': lease.sandbox.kind, 'agentweaver.sandbox.warm': lease.warm });
        return lease;
      } catch (error) {
        failSpan(span, errorCodeOf(error));
        throw error;
      } finally {
        span.end();
      }
    },
    memo: (memo) => ({
      ...memo,
      answer: async (method, params, call, make) => {
        made += 1;
        if (made > MAX_EXECUTION_SPANS) return memo.answer(method, params, call, make);
        const key = steps.keyOf(call);
        const span = tracing.start({
          name: `host ${method}`,
          parent: (key === undefined ? undefined : open.get(key)) ?? root,
          attributes: { 'agentweaver.host.method': method, 'agentweaver.host.call_index': call.index },
        });
        let isMade = false;
        try {
          return await tracing.run(span, () =>
            memo.answer(method, params, call, () => {
              isMade = true;
              return make();
            }),
          );
        } catch (error) {
          if (isSuspended(error)) span.setAttribute('agentweaver.host.suspended', error.kind);
          else failSpan(span, call.signal.aborted ? 'aborted' : errorCodeOf(error));
          throw error;
        } finally {
          if (!isMade) span.setAttribute('agentweaver.host.from_memory', true);
          span.end();
        }
      },
    }),
    event: (event) => {
      for (const change of steps.changes(event)) apply(change);
    },
    ended: (ending, reason) => {
      const failed = ending.kind === 'failed' ? ending.failedSteps : undefined;
      for (const change of steps.close({ at: Date.now(), errorCodeOf: (step) => failed?.get(step)?.code }))
        apply(change);
      const { outcome, errorCode } = outcomeOf(ending, reason);
      root.setAttribute('agentweaver.execution.outcome', outcome);
      if (made > MAX_EXECUTION_SPANS) root.setAttribute('agentweaver.spans_left_out', made - MAX_EXECUTION_SPANS);
      if (errorCode !== undefined) failSpan(root, errorCode);
    },
  };
};

/**
 * The span of this claim. It joins the trace of the execution's start; without one, all claims of an execution share a
 * trace that has its id. Span ids follow from the claim's number, so that a resumed execution can link to what it goes on
 * from, also when that executor was killed before it could tell anybody.
 */
const startRoot = (tracing: Tracing, { execution, workspace }: TraceOptions['claim']): Span => {
  const start = execution.traceParent === null ? undefined : tracing.parse(execution.traceParent);
  const traceId = start?.traceId ?? execution.id.replaceAll('-', '');
  const { id, attempts, startedAt, queuedAt } = execution;
  const isFirst = attempts === 1;
  const root = tracing.start({
    name: 'invoke_workflow',
    kind: SpanKind.CONSUMER,
    parent: start ?? null,
    ids: { traceId, spanId: claimSpanId(id, attempts) },
    ...(isFirst
      ? { startTime: startedAt.getTime() }
      : { links: [{ context: earlierClaim({ traceId, id, attempts }) }] }),
    attributes: {
      'gen_ai.operation.name': 'invoke_workflow',
      'agentweaver.execution.id': id,
      'agentweaver.execution.claim': attempts,
      'agentweaver.execution.trigger': execution.trigger,
      'agentweaver.execution.priority': execution.priority,
      'agentweaver.workflow.id': execution.workflowId,
      'agentweaver.workspace.id': workspace.id,
      ...(isFirst ? { 'agentweaver.queue.wait_ms': startedAt.getTime() - queuedAt.getTime() } : {}),
    },
  });
  if (isFirst) {
    tracing
      .start({ name: 'queue_wait', parent: start ?? root, startTime: queuedAt.getTime() })
      .end(Math.max(queuedAt.getTime(), startedAt.getTime()));
    // From the moment the database gave it away until its executor knew.
    tracing
      .start({ name: 'claim', parent: root, startTime: startedAt.getTime() })
      .end(Math.max(startedAt.getTime(), Date.now()));
  }
  return root;
};

const claimSpanId = (executionId: string, claim: number): string =>
  createHash('sha256').update(`${executionId}/${claim}`).digest('hex').slice(0, 16);

const earlierClaim = ({ traceId, id, attempts }: { traceId: string; id: string; attempts: number }): SpanContext => ({
  traceId,
  spanId: claimSpanId(id, attempts - 1),
  traceFlags: 1,
});

const outcomeOf = (ending: Ending, reason: StopReason | undefined): { outcome: string; errorCode?: string } => {
  switch (ending.kind) {
    case 'reported': {
      const outcome = ending.event.type.replace('execution_', '');
      return ending.event.type === 'execution_failed' ? { outcome, errorCode: ending.event.error.code } : { outcome };
    }
    case 'failed':
      return { outcome: 'failed', errorCode: ending.error.code };
    case 'stopped': {
      const outcome = reason ?? 'stopped';
      return reason === 'execution_timeout' || reason === 'fenced' ? { outcome, errorCode: reason } : { outcome };
    }
  }
};
