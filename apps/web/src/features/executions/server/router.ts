import { iterationSchema } from '@agentweaver/core/engine/events';
import { humanResponseSchema } from '@agentweaver/core/host/ports/human';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { editorProcedure, router, viewerProcedure } from '../../../server/trpc.ts';
import { EXECUTION_STATUSES, STEP_STATUSES, TRIGGERS } from '../execution-view.ts';
import { answerWait } from './answer-wait.ts';
import { cancelExecution } from './cancel-execution.ts';
import { deleteExecution } from './delete-execution.ts';
import { listFiles, readFile } from './execution-files.ts';
import { getExecution } from './get-execution.ts';
import { getPayload } from './get-payload.ts';
import { getStep } from './get-step.ts';
import { listExecutions } from './list-executions.ts';
import { listMessages } from './list-messages.ts';
import { listOpenWaits } from './list-open-waits.ts';
import { listRounds } from './list-rounds.ts';
import { listWorkflowOptions } from './list-workflow-options.ts';
import { parseEventId, seqSchema } from './log-position.ts';
import { readLog } from './read-log.ts';
import { rerunExecution } from './rerun-execution.ts';
import { rerunStep } from './rerun-step.ts';
import { startWorkflow } from './start-workflow.ts';
import { watchExecution } from './watch-execution.ts';

const execution = z.object({ executionId: z.uuid() });
const stepOf = z.object({ nodeId: z.string().min(1).max(64), iteration: iterationSchema.default('') });

export const executionsRouter = router({
  list: viewerProcedure
    .input(
      z.object({
        statuses: z.array(z.enum(EXECUTION_STATUSES)).max(EXECUTION_STATUSES.length).default([]),
        workflowId: z.uuid().optional(),
        trigger: z.enum(TRIGGERS).optional(),
        model: z.string().max(200).optional(),
        /** Queued at or after, and before. */
        from: z.date().optional(),
        to: z.date().optional(),
        /** Part of a workflow's name, or of an execution's id. */
        search: z.string().trim().max(200).optional(),
        cursor: z.string().max(200).nullish(),
        limit: z.int().min(1).max(100).default(30),
      }),
    )
    .query(({ ctx, input }) => listExecutions(ctx, input)),

  /** What the list can be filtered by. */
  workflowOptions: viewerProcedure.query(({ ctx }) => listWorkflowOptions(ctx)),

  /** One execution with its steps and the definition it ran; inputs and outputs come from `payload` and `step`. */
  get: viewerProcedure.input(execution).query(({ ctx, input }) => getExecution(ctx, input.executionId)),

  /** Input and results of the whole execution. */
  payload: viewerProcedure.input(execution).query(({ ctx, input }) => getPayload(ctx, input.executionId)),

  /** Input and output of one step. */
  step: viewerProcedure.input(execution.extend(stepOf.shape)).query(({ ctx, input }) => getStep(ctx, input)),

  /** The runs of a node that has several. */
  rounds: viewerProcedure
    .input(
      execution.extend({
        nodeId: stepOf.shape.nodeId,
        status: z.enum(STEP_STATUSES).optional(),
        /** One run alone. */
        iteration: iterationSchema.optional(),
        /** Runs to leave out. */
        cursor: z.int().min(0).max(1_000_000).nullish(),
      }),
    )
    .query(({ ctx, input }) => listRounds(ctx, input)),

  /** Messages between agents, in pages. */
  messages: viewerProcedure
    .input(execution.extend({ cursor: seqSchema.nullish() }))
    .query(({ ctx, input }) => listMessages(ctx, input)),

  /** What the steps have written. */
  files: viewerProcedure.input(execution).query(({ ctx, input }) => listFiles(ctx, input.executionId)),

  file: viewerProcedure
    .input(execution.extend({ path: z.string().min(1).max(500) }))
    .query(({ ctx, input }) => readFile(ctx, input)),

  /** The log in pages, for downloads. */
  log: viewerProcedure
    .input(execution.extend({ since: seqSchema.default(0) }))
    .query(({ ctx, input }) => readLog(ctx, input)),

  start: editorProcedure
    .input(
      z.object({
        workflowId: z.uuid(),
        source: z.enum(['draft', 'published']),
        input: z.unknown(),
        rerunOfId: z.uuid().optional(),
        /** Not before this time. */
        startAfter: z.date().optional(),
        /** Takes the outputs of that execution for all but this step and what it leads to. */
        reuse: z.object({ executionId: z.uuid(), from: stepOf.shape.nodeId }).optional(),
        /** Runs this step and nothing else. */
        only: stepOf.shape.nodeId.optional(),
      }),
    )
    .mutation(({ ctx, input }) => startWorkflow(ctx, input)),

  cancel: editorProcedure.input(execution).mutation(({ ctx, input }) => cancelExecution(ctx, input.executionId)),

  /** Runs the same version again, on the same input unless another is given. */
  rerun: editorProcedure
    .input(execution.extend({ input: z.object({ value: z.unknown() }).optional() }))
    .mutation(({ ctx, input }) => rerunExecution(ctx, input)),

  /**
   * Runs the same version again around one step, on what is known of the others: `from` this step on, this step
   * `alone`, or, with its output given (`edit`), what follows it.
   */
  rerunStep: editorProcedure
    .input(
      execution.extend({
        nodeId: stepOf.shape.nodeId,
        mode: z.enum(['from', 'alone', 'edit']),
        output: z.object({ value: z.unknown() }).optional(),
      }),
    )
    .mutation(({ ctx, input }) => rerunStep(ctx, input)),

  /** What executions of the workspace wait for people to decide, oldest first. */
  openWaits: viewerProcedure.query(({ ctx }) => listOpenWaits(ctx)),

  answerWait: editorProcedure
    .input(z.object({ waitId: z.uuid(), answer: humanResponseSchema }))
    .mutation(({ ctx, input }) => answerWait(ctx, input)),

  delete: editorProcedure.input(execution).mutation(({ ctx, input }) => deleteExecution(ctx, input.executionId)),

  /** Server-sent updates, resumable by `seq`; ends after the execution has. */
  watch: viewerProcedure
    .input(execution.extend({ lastEventId: z.string().max(20).nullish() }))
    .subscription(async function* ({ ctx, input, signal }) {
      const since = parseEventId(input.lastEventId);
      const { signal: aborted } = signal ? { signal } : new AbortController();
      const messages = watchExecution(ctx, { executionId: input.executionId, since, signal: aborted });
      for await (const message of messages) {
        if (message.type === 'update') yield tracked(String(message.seq), message);
        else yield message;
      }
    }),
});
