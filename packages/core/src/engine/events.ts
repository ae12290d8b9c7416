import { z } from 'zod';
import { usageSchema } from '../models/model-call.ts';
import { executionErrorSchema } from './execution-errors.ts';

const nodeId = z.string().max(64);
const at = z.number();
const attempt = z.int().min(1);

export const logLevelSchema = z.enum(['debug', 'info', 'warn', 'error']);
export type LogLevel = z.infer<typeof logLevelSchema>;

/**
 * What the engine reports, in order. A step goes
 * `step_started → (step_log | step_retrying)* → step_completed | step_failed | step_cancelled`, or `step_skipped` alone.
 * Steps that had not started when an execution was stopped end as `step_skipped`, so that every node has one end.
 * `step_retrying.attempt` is the attempt that failed; the next one begins after `delayMs`.
 * The last event is one of `execution_completed | execution_failed | execution_cancelled`.
 * `at` is ms since the epoch, from the host's clock.
 */
export const engineEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('execution_started'), at, resumedSteps: z.int() }),
  z.object({ type: z.literal('step_started'), at, nodeId, attempt, input: z.unknown() }),
  z.object({
    type: z.literal('step_log'),
    at,
    nodeId,
    level: logLevelSchema,
    message: z.string(),
    metadata: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({ type: z.literal('step_retrying'), at, nodeId, attempt, delayMs: z.number(), error: executionErrorSchema }),
  z.object({
    type: z.literal('step_completed'),
    at,
    nodeId,
    attempt,
    output: z.unknown(),
    /** The output ports that were taken. */
    ports: z.array(z.string()),
    /** Why: which branch, which model. */
    reason: z.string().optional(),
    model: z.string().optional(),
    usage: usageSchema.optional(),
    costUsd: z.number().optional(),
  }),
  z.object({
    type: z.literal('step_failed'),
    at,
    nodeId,
    attempt,
    error: executionErrorSchema,
    /** The node's on-error policy let the execution go on; its output is `null`. */
    continued: z.boolean(),
  }),
  z.object({ type: z.literal('step_skipped'), at, nodeId, reason: z.string() }),
  z.object({ type: z.literal('step_cancelled'), at, nodeId }),
  z.object({ type: z.literal('execution_completed'), at, results: z.unknown() }),
  z.object({ type: z.literal('execution_failed'), at, error: executionErrorSchema }),
  z.object({ type: z.literal('execution_cancelled'), at }),
]);
export type EngineEvent = z.infer<typeof engineEventSchema>;

/** A step that need not run again when an execution is resumed. */
export const finishedStepSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('completed'), nodeId, output: z.unknown(), ports: z.array(z.string()) }),
  /** Failed under `onError: continue`. */
  z.object({ status: z.literal('failed'), nodeId }),
  z.object({ status: z.literal('skipped'), nodeId }),
]);
export type FinishedStep = z.infer<typeof finishedStepSchema>;
