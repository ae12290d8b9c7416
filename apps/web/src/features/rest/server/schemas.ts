import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { humanResponseSchema } from '@agentweaver/core/host/ports/human';
import { z } from 'zod';
import { MAX_SEQ } from '../../executions/server/log-position.ts';

/** Everything over REST is snake_case, and times are ISO 8601 in UTC. The definition keeps the form that the editor exports. */

const id = z.uuid();
const time = z.iso.datetime();
const json = z.unknown().meta({ description: 'Any JSON value.' });

export const idParams = z.object({ id: id.meta({ description: 'The id.' }) });
export const noParams = z.object({});
export const noQuery = z.object({});
export const noHeaders = z.object({});
export const noBody = z.unknown().optional();

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20).meta({ description: 'Items per page.' }),
  cursor: z.string().min(1).max(200).optional().meta({ description: '`next_cursor` of the page before.' }),
});

const EXECUTION_STATUSES = ['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'] as const;
const executionStatus = z.enum(EXECUTION_STATUSES).meta({ id: 'ExecutionStatus' });

const executionPriority = z.enum(['interactive', 'batch']).meta({ id: 'ExecutionPriority' });

export const executionQuery = pageQuery.extend({
  workflow_id: id.optional().meta({ description: 'Only executions of this workflow.' }),
  status: executionStatus.optional().meta({ description: 'Only executions in this state.' }),
});

/** Its shape, and whether it is there at all, is checked by the editor's own validation, which reports every problem at once. */
const definitionInput = z
  .unknown()
  .optional()
  .meta({
    description: 'The workflow: nodes, edges and settings.',
    override: ({ jsonSchema }: { jsonSchema: Record<string, unknown> }) => {
      jsonSchema.$ref = '#/components/schemas/WorkflowDefinition';
    },
  });

export const definitionComponent = workflowDefinitionSchema.meta({ id: 'WorkflowDefinition' });

export const createWorkflowBody = z
  .strictObject({
    name: z.string().trim().min(1).max(120),
    description: z.string().trim().max(2_000).default(''),
    definition: definitionInput,
  })
  .meta({
    id: 'CreateWorkflow',
    override: ({ jsonSchema }: { jsonSchema: Record<string, unknown> }) => {
      jsonSchema.required = ['name', 'definition'];
    },
  });

export const workflowSummarySchema = z
  .object({
    id,
    name: z.string(),
    description: z.string(),
    published_version: z.int().nullable().meta({ description: 'What `execute` runs; null: the draft.' }),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'WorkflowSummary' });

export const workflowSchema = z
  .object({
    ...workflowSummarySchema.shape,
    definition: json.meta({ description: 'The draft.' }),
  })
  .meta({ id: 'Workflow' });

export const executeBody = z
  .strictObject({
    input_data: json.default({}).meta({ description: 'What the Input node hands on.' }),
    version: z
      .union([z.literal('published'), z.literal('draft'), z.int().min(1)])
      .optional()
      .meta({
        description:
          'A version by number, `published`, or `draft`. Left out: the published version, or the draft of a workflow never published.',
      }),
    start_after: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'Not before this time, at most a year ahead. Left out: at once.' }),
    priority: executionPriority.optional().meta({
      description: '`interactive`, unless told, goes before `batch` while executions wait for their turn.',
    }),
  })
  .prefault({})
  .meta({ id: 'ExecuteWorkflow' });

export const executeHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'A repeated call with this key gives the execution of the first one.' }),
});

export const startedSchema = z.object({ execution_id: id, status: executionStatus }).meta({ id: 'StartedExecution' });

const errorSchema = z
  .object({
    code: z.string().meta({ example: 'node_timeout' }),
    message: z.string(),
    node_id: z.string().nullable(),
    hint: z.string().nullable().meta({ description: 'What to do about it.' }),
    fault: z.enum(['user', 'system']).meta({ description: 'Who can mend it.' }),
  })
  .meta({ id: 'ExecutionError' });

export const executionSummarySchema = z
  .object({
    id,
    workflow_id: id,
    version: z.int(),
    status: executionStatus,
    trigger: z.string(),
    schedule_id: id.nullable().meta({ description: 'The schedule that started it.' }),
    webhook_id: id.nullable().meta({ description: 'The webhook that started it.' }),
    priority: executionPriority,
    start_after: time.nullable().meta({ description: 'Of a delayed start: not before this time.' }),
    execution_time: z.int().nullable().meta({ description: 'In ms; null until it ended.' }),
    total_cost: z.number().meta({ description: 'In US dollars.' }),
    input_tokens: z.int(),
    output_tokens: z.int(),
    error_message: z.string().nullable(),
    created_at: time.meta({ description: 'When it was queued; the same as `start_after` of a delayed start.' }),
    started_at: time.nullable(),
    completed_at: time.nullable(),
  })
  .meta({ id: 'ExecutionSummary' });

/** Of one execution; a map over many items has more, which the log names one by one. */
export const MAX_STEPS = 1_000;

const stepSchema = z
  .object({
    node_id: z.string(),
    iteration: z
      .string()
      .meta({ description: 'Which run of the node: empty outside of containers.', example: 'each[3]' }),
    node_type: z.string(),
    name: z.string(),
    status: z.enum(['pending', 'running', 'waiting', 'completed', 'failed', 'skipped', 'cancelled']),
    attempts: z.int(),
    model: z.string().nullable(),
    reason: z.string().nullable(),
    output: json,
    input_tokens: z.int(),
    output_tokens: z.int(),
    cost: z.number(),
    duration: z.int().nullable().meta({ description: 'In ms.' }),
    cpu_time: z
      .int()
      .nullable()
      .meta({ description: 'Processor time in the sandbox, in ms; null where it was not measured.' }),
    memory_peak: z
      .int()
      .nullable()
      .meta({ description: 'The most memory that the sandbox held while the step ran, in KiB.' }),
    error_message: z.string().nullable(),
    started_at: time.nullable(),
    completed_at: time.nullable(),
  })
  .meta({ id: 'ExecutionStep' });

export const executionSchema = z
  .object({
    ...executionSummarySchema.shape,
    input_data: json,
    results: json,
    error: errorSchema.nullable(),
    steps: z.array(stepSchema).meta({ description: `Those that started first, at most ${MAX_STEPS}.` }),
  })
  .meta({ id: 'Execution' });

export const waitSchema = z
  .object({
    id,
    execution_id: id,
    node_id: z.string(),
    iteration: z.string(),
    kind: z.enum(['human', 'timer', 'budget']),
    request: json.meta({ description: 'What is asked: of a person the title, message, choices or form fields.' }),
    until: time.nullable().meta({ description: 'When the execution goes on by itself.' }),
    created_at: time,
  })
  .meta({ id: 'Wait' });

export const waitsSchema = z.object({ items: z.array(waitSchema) }).meta({ id: 'Waits' });

export const answerBody = humanResponseSchema.strict().meta({
  id: 'WaitAnswer',
  description:
    'For an approval `approved`, for a choice `choice`, for a form `values`. For a budget `approved`, and in `values` by how much it is raised, under the name of its kind: `usd`, `tokens`, `modelCalls` or `seconds`.',
});

const fileFields = {
  path: z.string(),
  media_type: z.string(),
  node_id: z.string().meta({ description: 'The step that wrote it last.' }),
  size: z.int().meta({ description: 'In bytes.' }),
};

export const filesSchema = z.object({ items: z.array(z.object(fileFields)) }).meta({ id: 'Files' });

export const fileQuery = z.object({ path: z.string().min(1).max(500).meta({ example: 'reports/summary.md' }) });

export const fileSchema = z
  .object({
    path: z.string(),
    media_type: z.string(),
    content: z.string().meta({ description: 'Base64.' }),
  })
  .meta({ id: 'File' });

export const rerunBody = z
  .strictObject({
    node_id: z.string().min(1).max(64).optional().meta({
      description: 'The step to run again from; what comes before it is reused at no cost. Absent: the whole workflow.',
    }),
    mode: z.enum(['from', 'alone', 'edit']).optional().meta({
      description:
        'With `node_id`. `from`, unless told: this step and what follows. `alone`: only this step. `edit`: its output is `output`, and what follows it runs.',
    }),
    output: json.optional().meta({ description: 'Any JSON value, for `edit`.' }),
  })
  .superRefine(({ node_id, mode, ...body }, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    // Taken for what it does not say, it would run and cost more than was meant.
    if (node_id === undefined && (mode !== undefined || 'output' in body)) refuse('node_id', 'is missing');
    else if (mode === 'edit' && !('output' in body)) refuse('output', 'is needed to run what follows on it');
    else if (mode !== 'edit' && 'output' in body) refuse('output', 'is only for the mode edit');
  })
  .prefault({})
  .meta({ id: 'RerunExecution' });

export const logsQuery = z.object({
  after: z.coerce
    .number()
    .int()
    .min(0)
    .max(MAX_SEQ)
    .default(0)
    .meta({ description: 'Only entries with a higher `seq`.' }),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});

export const logsSchema = z
  .object({
    logs: z.array(
      z.object({
        seq: z.int(),
        agent_role: z.string().nullable().meta({ description: 'The role of the agent that it is about.' }),
        node_id: z.string().nullable(),
        event: z.string().meta({ example: 'step_completed' }),
        log_level: z.string().meta({ example: 'info' }),
        message: z.string(),
        metadata: json,
        created_at: time,
      }),
    ),
    next_cursor: z
      .int()
      .nullable()
      .meta({ description: 'To be given as `after`; null when the log ends here for now.' }),
  })
  .meta({ id: 'ExecutionLogs' });

export const page = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().meta({ description: 'Null on the last page.' }),
  });
