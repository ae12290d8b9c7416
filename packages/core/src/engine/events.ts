import { z } from 'zod';
import { waitKindSchema } from '../host/suspended.ts';
import { agentMessageSchema } from '../messaging/message.ts';
import { usageSchema } from '../models/model-call.ts';
import { executionErrorSchema } from './execution-errors.ts';

const nodeId = z.string().max(64);
const MAX_INT = 2 ** 31 - 1;

/** What a date and a column can hold: a sandbox may send any number. */
const at = z.number().min(0).max(8.64e15);
const attempt = z.int().min(1).max(MAX_INT);

/** Enough for five levels of containers. */
export const MAX_ITERATION_LENGTH = 400;

/**
 * Which run of a node a step is. `''`: the only one, outside of containers. `each[3]`: in the fourth round of the
 * container `each`. `each[3]/review[1]`: there, after the evaluation `review` sent it back once. `call[0]`: in the
 * workflow that the node `call` runs. A container's second attempt writes `each#2[3]`.
 */
export const iterationSchema = z.string().max(MAX_ITERATION_LENGTH);
const iteration = iterationSchema.default('');

export const logLevelSchema = z.enum(['debug', 'info', 'warn', 'error']);
export type LogLevel = z.infer<typeof logLevelSchema>;

export const waitSchema = z.object({
  nodeId,
  iteration,
  kind: waitKindSchema,
  /** Ms since the epoch: when it goes on by itself. */
  until: z.number().optional(),
});
export type Wait = z.infer<typeof waitSchema>;

/** What a step took, where whoever runs the engine measures it; the engine itself does not. */
export const stepUsageSchema = z.object({
  /** Processor time, in ms. */
  cpuMs: z.int().min(0).max(MAX_INT).optional(),
  /** The most memory that the whole sandbox held while the step ran, in KiB. */
  memoryPeakKib: z.int().min(0).max(MAX_INT).optional(),
});

/**
 * What the engine reports, in order. A step is a node in an iteration; it goes `step_started → (step_log |
 * step_retrying | step_delta | tool_started | tool_completed | message)* → step_completed | step_failed |
 * step_cancelled | step_waiting`, or `step_skipped` alone. Steps in a container's body start after the container's step
 * has started and end before it ends. Steps of the top scope that had not started when an execution was stopped end
 * as `step_skipped`, so that every node has one end.
 * `step_retrying.attempt` is the attempt that failed; the next one begins after `delayMs`.
 * The last event is one of `execution_completed | execution_failed | execution_cancelled | execution_waiting`; after
 * the last of these the execution is resumed once there is an answer, from its finished steps.
 * `at` is ms since the epoch, from the host's clock.
 */
export const engineEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('execution_started'), at, resumedSteps: z.int() }),
  z.object({ type: z.literal('step_started'), at, nodeId, iteration, attempt, input: z.unknown() }),
  z.object({
    type: z.literal('step_log'),
    at,
    nodeId,
    iteration,
    level: logLevelSchema,
    message: z.string(),
    metadata: z.record(z.string(), z.unknown()).optional(),
  }),
  /** A piece of a model's answer as it comes. Never stored; only hosts in the same process give it. */
  z.object({ type: z.literal('step_delta'), at, nodeId, iteration, text: z.string() }),
  /** An agent uses a tool. `callId` pairs the two events within the step. */
  z.object({
    type: z.literal('tool_started'),
    at,
    nodeId,
    iteration,
    callId: z.string().max(200),
    tool: z.string().max(128),
    input: z.unknown(),
  }),
  z.object({
    type: z.literal('tool_completed'),
    at,
    nodeId,
    iteration,
    callId: z.string().max(200),
    tool: z.string().max(128),
    /** One of the two. An error is told to the model and does not fail the step. */
    output: z.unknown().optional(),
    error: executionErrorSchema.optional(),
    durationMs: z.number().min(0),
  }),
  /** One message between agents, once it was delivered or given up. */
  z.object({ type: z.literal('message'), at, nodeId, iteration, message: agentMessageSchema }),
  z.object({
    type: z.literal('step_retrying'),
    at,
    nodeId,
    iteration,
    attempt,
    delayMs: z.number(),
    error: executionErrorSchema,
  }),
  /** The step waits for a person or a time without taking up anything; it runs again when the execution is resumed. */
  z.object({ type: z.literal('step_waiting'), ...waitSchema.shape, at, attempt }),
  z.object({
    type: z.literal('step_completed'),
    at,
    nodeId,
    iteration,
    attempt,
    output: z.unknown(),
    /** The output ports that were taken. `back`: an evaluation sends the judged step round again. */
    ports: z.array(z.string()),
    /** Why: which branch, which model. */
    reason: z.string().optional(),
    model: z.string().optional(),
    usage: usageSchema.optional(),
    costUsd: z.number().optional(),
    /** Every model answer of it came from the response cache. */
    cached: z.boolean().optional(),
    ...stepUsageSchema.shape,
  }),
  z.object({
    type: z.literal('step_failed'),
    at,
    nodeId,
    iteration,
    attempt,
    error: executionErrorSchema,
    /** The node's on-error policy let the execution go on, with `output` and `ports`. */
    continued: z.boolean(),
    output: z.unknown().optional(),
    ports: z.array(z.string()).optional(),
    ...stepUsageSchema.shape,
  }),
  z.object({ type: z.literal('step_skipped'), at, nodeId, iteration, reason: z.string() }),
  z.object({ type: z.literal('step_cancelled'), at, nodeId, iteration }),
  z.object({ type: z.literal('execution_completed'), at, results: z.unknown() }),
  z.object({ type: z.literal('execution_failed'), at, error: executionErrorSchema }),
  z.object({ type: z.literal('execution_cancelled'), at }),
  z.object({ type: z.literal('execution_waiting'), at, waits: z.array(waitSchema).min(1) }),
]);
export type EngineEvent = z.infer<typeof engineEventSchema>;

/**
 * A step that need not run again when an execution is resumed, or whose output is given. In the order in which they
 * ended: where a merge takes the first, that decides which it was.
 */
export const finishedStepSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('completed'), nodeId, iteration, output: z.unknown(), ports: z.array(z.string()) }),
  /** Failed, and the node's on-error policy let the execution go on. */
  z.object({ status: z.literal('failed'), nodeId, iteration, output: z.unknown(), ports: z.array(z.string()) }),
  z.object({ status: z.literal('skipped'), nodeId, iteration }),
  /** A loser of a merge that cancels the others. */
  z.object({ status: z.literal('cancelled'), nodeId, iteration }),
]);
export type FinishedStep = z.infer<typeof finishedStepSchema>;
