import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { engineEventSchema, finishedStepSchema, iterationSchema } from '@agentweaver/core/engine/events';
import { executionErrorSchema } from '@agentweaver/core/engine/execution-errors';
import { HOST_CALLS, type HostMethod } from '@agentweaver/core/host/host-calls';
import { waitKindSchema } from '@agentweaver/core/host/suspended';
import { z } from 'zod';

/**
 * The language between the executor and what runs inside a sandbox: one JSON object per line, on the sandbox's
 * stdin and stdout. Both ends parse each frame with these schemas. The sandbox is not trusted: a frame that is
 * malformed, too big or out of order ends its execution with `protocol_violation`, and nothing else.
 *
 *     executor                      sandbox
 *        │ ◄──────────────── ready ─────│   once
 *        │ ── finished*, start ───────► │   an execution begins
 *        │ ◄── event, call, call_cancel │
 *        │ ── call_result, ping ──────► │
 *        │ ◄──────────────────── pong ──│
 *        │ ◄── user_code ───────────────│   before the first user code of its life; it is not used again then
 *        │ ◄── event (a terminal one) ──│
 *        │ ◄───────────────── idle ─────│   nothing of the execution is left: another may start
 *
 * Stdio, which every engine attaches, also a remote one and Kubernetes. A Unix socket is quicker (a line there and back takes
 * 0.11 ms instead of 0.30; `npm run bench`, median of 200), but a file that both sides share only on one machine, and a way
 * out of the container; of an execution's 17 ms the difference is 2.
 *
 * There is no frame to stop: cancel, time limit and shutdown kill the sandbox, which works whatever it is doing.
 */
export const PROTOCOL_VERSION = 3;

/** Longest frame, in bytes of UTF-8 without the newline. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/** What one event may carry; leaves room for the frame around it. */
export const MAX_PAYLOAD_BYTES = MAX_FRAME_BYTES - 64 * 1024;

const callId = z.int().min(1);

const HOST_METHODS = Object.keys(HOST_CALLS) as [HostMethod, ...HostMethod[]];

export const callFrameSchema = z.object({
  type: z.literal('call'),
  /** Unique within the life of the sandbox. */
  id: callId,
  method: z.enum(HOST_METHODS),
  nodeId: z.string().min(1).max(64),
  iteration: iterationSchema,
  attempt: z.int().min(1).max(1_000),
  index: z.int().min(0).max(100_000),
  /** Parsed by the method's own schema on the host. */
  params: z.unknown(),
});
export type CallFrame = z.infer<typeof callFrameSchema>;

/** Executor to sandbox. */
export const hostFrameSchema = z.discriminatedUnion('type', [
  /** Before the start: some of the steps that need not run, in their order. In as many frames as their outputs need. */
  z.object({ type: z.literal('finished'), steps: z.array(finishedStepSchema) }),
  z.object({
    type: z.literal('start'),
    executionId: z.string(),
    definition: workflowDefinitionSchema,
    input: z.unknown(),
    /** Nodes of the top scope: these run and no others. */
    only: z.array(z.string()).optional(),
    /** The attempt that a step was in when an earlier run of the engine was interrupted, by `stepKey`. */
    attempts: z.record(z.string(), z.int().min(1)),
    /** What earlier runs have used of the time limit, in ms. */
    elapsedMs: z.number().min(0),
  }),
  z.object({ type: z.literal('call_result'), id: callId, value: z.unknown() }),
  z.object({
    type: z.literal('call_error'),
    id: callId,
    error: executionErrorSchema,
    /** Wait at least this long before the next attempt, in ms. */
    retryAfterMs: z.number().min(0).optional(),
  }),
  /** The answer will take long: the step is to end as `step_waiting` and makes the same call when it is resumed. */
  z.object({ type: z.literal('call_suspended'), id: callId, kind: waitKindSchema, until: z.number().optional() }),
  /** The call waits for its turn at a limit, and goes on: its step's clock stands still between the two. */
  z.object({ type: z.literal('call_waiting'), id: callId, waiting: z.boolean() }),
  z.object({ type: z.literal('ping'), id: z.int() }),
]);
export type HostFrame = z.infer<typeof hostFrameSchema>;

/** Sandbox to executor. */
export const sandboxFrameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), protocol: z.literal(PROTOCOL_VERSION) }),
  z.object({ type: z.literal('event'), event: engineEventSchema }),
  callFrameSchema,
  z.object({ type: z.literal('call_cancel'), id: callId }),
  z.object({ type: z.literal('pong'), id: z.int() }),
  z.object({ type: z.literal('user_code') }),
  z.object({ type: z.literal('idle') }),
]);
export type SandboxFrame = z.infer<typeof sandboxFrameSchema>;
