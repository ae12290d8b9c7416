import { DEFAULT_MEMORY_MB, type WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { AppError } from '@agentweaver/core/errors/app-error';
import { buildScopes } from '@agentweaver/core/graph/scopes';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import { prepareInput } from '@agentweaver/core/nodes/input/check-input';
import { SpanKind } from '@opentelemetry/api';
import { isUniqueViolation } from './database-trouble.ts';
import { createExecution, type NewExecution } from './execution-creation.ts';
import { type ExecutionSource, type FoundSource, findSource } from './execution-source.ts';
import { executionNotFound } from './execution-store.ts';
import type { PrismaClient } from './generated/client.ts';
import type { ExecutionPriority, ExecutionStatus, Trigger } from './generated/enums.ts';
import { hashJson } from './json.ts';
import type { ExecutionQueue } from './queue.ts';
import { planReuse, type ReuseRequest, requireTopNode } from './reuse-plan.ts';
import { formatTraceParent, inSpan } from './tracing/tracing.ts';
import { TUNABLES } from './tunables.ts';

export type StartExecutionDependencies = {
  prisma: PrismaClient;
  queue: Pick<ExecutionQueue, 'add'>;
  now?: () => Date;
  /** The execution is stored but its job is not: told here, and the sweeper adds it within seconds. */
  onEnqueueError?: (error: unknown, executionId: string) => void;
};

export type StartExecution = {
  workspaceId: string;
  workflowId: string;
  source: ExecutionSource;
  input: unknown;
  trigger: Trigger;
  userId?: string;
  /** Default `interactive`, which goes before `batch`. */
  priority?: ExecutionPriority;
  /** Not before this time: in the future, and at most `TUNABLES.maxStartDelayMs` away. */
  startAfter?: Date;
  /** What started it; the idempotency key then stands for the whole request. */
  scheduleId?: string;
  webhookId?: string;
  /** The same key with the same request gives the same execution, with another request `conflict`. */
  idempotencyKey?: string;
  /** The execution that this one runs again. */
  rerunOfId?: string;
  /** What an earlier execution of this workflow did before a step is taken over instead of done again. */
  reuse?: ReuseRequest;
  /** Runs this one step of the top scope and no other; what came before it is taken from `reuse`. */
  only?: string;
};

export type StartedExecution = {
  id: string;
  status: ExecutionStatus;
  /** It was there already, by its idempotency key. */
  replayed: boolean;
};

/**
 * Stores a queued execution of a frozen version, then puts it on the queue. Everything is checked
 * before anything is written. Throws `not_found` (also for what is another workspace's), `invalid_workflow` and
 * `bad_request` (with every field), `payload_too_large`, `plan_limit`, `conflict`.
 */
export const startExecution = (
  dependencies: StartExecutionDependencies,
  request: StartExecution,
): Promise<StartedExecution> =>
  inSpan({ name: 'start_execution', kind: SpanKind.PRODUCER }, async (span) => {
    const started = await storeAndQueue(dependencies, request, span && formatTraceParent(span.spanContext()));
    span?.setAttributes({
      'agentweaver.execution.id': started.id,
      'agentweaver.execution.replayed': started.replayed,
      'agentweaver.execution.trigger': request.trigger,
      'agentweaver.workflow.id': request.workflowId,
      'agentweaver.workspace.id': request.workspaceId,
    });
    return started;
  });

const storeAndQueue = async (
  { prisma, queue, now = () => new Date(), onEnqueueError }: StartExecutionDependencies,
  request: StartExecution,
  traceParent: string | undefined,
): Promise<StartedExecution> => {
  const idempotency = request.idempotencyKey ? { key: request.idempotencyKey, hash: requestHash(request) } : undefined;
  const replayed = idempotency && (await findReplay(prisma, request.workspaceId, idempotency));
  if (replayed) return replayed;

  const delayMs = checkDelay(request.startAfter, now());
  checkSize(request.input, 'input');
  checkSize(request.reuse?.editedOutput, 'output');
  const { definition, version, plan } = await findSource(prisma, request);
  const reuse = await readReuse(prisma, request, definition);
  const { input, problems } = prepareInput(definition, request.input);
  if (problems.length > 0) {
    throw new AppError('bad_request', {
      publicMessage: 'The input is not what the workflow asks for.',
      problems: problems.map(({ field, message }) => ({ field: field ? `input.${field}` : 'input', message })),
    });
  }
  checkMemory(definition, plan);

  let execution: { id: string };
  try {
    execution = await createExecution(prisma, {
      ...request,
      definition,
      version,
      ...plan,
      input,
      idempotency,
      rerunOfId: request.rerunOfId ?? reuse?.sourceId,
      reuse,
      onlyNodeId: request.only,
      traceParent,
      now: now(),
    });
  } catch (error) {
    // Two requests with the same key at once: the other one was first.
    const winner =
      idempotency && isUniqueViolation(error) ? await findReplay(prisma, request.workspaceId, idempotency) : undefined;
    if (winner) return winner;
    throw error;
  }
  try {
    await inSpan({ name: 'enqueue' }, () => queue.add({ executionId: execution.id, delayMs }));
  } catch (error) {
    onEnqueueError?.(error, execution.id);
  }
  return { ...execution, status: 'queued', replayed: false };
};

const requestHash = (request: StartExecution): string => {
  const { workflowId, source, input, reuse, only, priority, startAfter, scheduleId, webhookId } = request;
  // Its key names the time or the message; what else has changed meanwhile makes it no other start.
  if (scheduleId || webhookId) return hashJson({ scheduleId, webhookId });
  return hashJson({ workflowId, source, input: input ?? null, reuse, only, priority, startAfter });
};

const checkDelay = (startAfter: Date | undefined, now: Date): number | undefined => {
  if (!startAfter) return undefined;
  const delayMs = startAfter.getTime() - now.getTime();
  if (delayMs > 0 && delayMs <= TUNABLES.maxStartDelayMs) return delayMs;
  throw new AppError('bad_request', {
    publicMessage: 'An execution can be put off to a time within the next 365 days.',
    problems: [{ field: 'startAfter', message: delayMs > 0 ? 'is too far away' : 'is not in the future' }],
  });
};

/** Which steps are taken over from where; the source must be of the same workspace and workflow. */
const readReuse = async (
  prisma: PrismaClient,
  { workspaceId, workflowId, reuse, only }: StartExecution,
  definition: WorkflowDefinition,
): Promise<NewExecution['reuse']> => {
  if (!reuse) {
    if (only !== undefined) requireTopNode(definition, buildScopes(definition, getNodeDefinition).scopeOf, only);
    return undefined;
  }
  const { executionId: sourceId, editedOutput } = reuse;
  const found = await prisma.execution.count({ where: { id: sourceId, workspaceId, workflowId } });
  if (found === 0) throw executionNotFound();
  return { sourceId, plan: planReuse(definition, reuse, only), editedOutput };
};

const findReplay = async (
  prisma: PrismaClient,
  workspaceId: string,
  { key, hash }: { key: string; hash: string },
): Promise<StartedExecution | undefined> => {
  const row = await prisma.execution.findUnique({
    where: { workspaceId_idempotencyKey: { workspaceId, idempotencyKey: key } },
    select: { id: true, status: true, idempotencyHash: true },
  });
  if (!row) return undefined;
  if (row.idempotencyHash !== hash) {
    throw new AppError('conflict', {
      publicMessage: 'This idempotency key was used with another request. Send a new key for a new execution.',
    });
  }
  return { id: row.id, status: row.status, replayed: true };
};

const checkSize = (value: unknown, what: 'input' | 'output'): void => {
  const bytes = Buffer.byteLength(JSON.stringify(value) ?? '');
  if (bytes <= TUNABLES.maxInputBytes) return;
  throw new AppError('payload_too_large', {
    publicMessage: `The ${what} has ${bytes} bytes; at most ${TUNABLES.maxInputBytes} are accepted.`,
  });
};

const checkMemory = ({ settings }: WorkflowDefinition, { maxMemoryMb }: FoundSource['plan']): void => {
  const { memoryMb } = settings;
  // One that asks for nothing gets what there is.
  if (memoryMb <= maxMemoryMb || memoryMb === DEFAULT_MEMORY_MB) return;
  throw new AppError('invalid_workflow', {
    publicMessage: 'The workflow asks for more memory than the plan allows.',
    problems: [
      {
        field: 'definition.settings.memoryMb',
        message: `${memoryMb} MiB are asked for; this workspace allows ${maxMemoryMb} MiB for an execution.`,
      },
    ],
  });
};
