import { z } from 'zod';
import { upgradeSettings } from './upgrade-settings.ts';

/** The output port that a failed step takes under `onError: branch`; no node type has a port of this name. */
export const ERROR_PORT = 'error';

/** The format of a definition, raised when a change needs a migration. */
export const DEFINITION_VERSION = 1;

export const MAX_NODES = 1_000;
export const MAX_EDGES = 4_000;

/** Ids appear in expressions (`steps.<id>.output`), so they are JSONata names. */
export const nodeIdSchema = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,63}$/,
    'must be letters, digits and _, start with a letter or _, and have at most 64 characters',
  );

export const retryPolicySchema = z.strictObject({
  /** Attempts in all, the first included. */
  maxAttempts: z.int().min(1).max(10).default(1),
  /** Wait before the second attempt, in ms. */
  backoffMs: z.int().min(0).max(300_000).default(1_000),
  /** Each further wait is the one before times this. */
  backoffFactor: z.number().min(1).max(10).default(2),
});
export type RetryPolicy = z.infer<typeof retryPolicySchema>;

/** What may be used of models; each is checked before a call is made. An absent one is no limit. */
export const budgetLimitsSchema = z.strictObject({
  /** US dollars. */
  usd: z.number().min(0).max(100_000).optional(),
  /** Input and output tokens together. */
  tokens: z.int().min(0).max(1_000_000_000).optional(),
  modelCalls: z.int().min(0).max(1_000_000).optional(),
  /** Seconds that model calls take, all together. */
  seconds: z.number().min(0).max(86_400).optional(),
});
export type BudgetLimits = z.infer<typeof budgetLimitsSchema>;

export const budgetSchema = z
  .strictObject({
    ...budgetLimitsSchema.shape,
    /** `fail`: `budget_exceeded`. `ask`: the execution waits for a person. `downgrade`: go on with `downgradeTo`. */
    onReached: z.enum(['fail', 'ask', 'downgrade']).default('fail'),
    /** The cheaper model, as `provider/model`. */
    downgradeTo: z.string().min(1).max(200).optional(),
  })
  .refine((budget) => budget.onReached !== 'downgrade' || budget.downgradeTo !== undefined, {
    path: ['downgradeTo'],
    message: 'names the cheaper model to go on with',
  });
export type Budget = z.infer<typeof budgetSchema>;

export const workflowNodeSchema = z.strictObject({
  id: nodeIdSchema,
  /** A key of the node type registry; an unknown one is a validation problem, not a parse error. */
  type: z.string().min(1).max(64),
  /** What people read on the canvas. */
  name: z.string().min(1).max(120),
  position: z.strictObject({ x: z.number(), y: z.number() }).default({ x: 0, y: 0 }),
  /** Checked against the node type's own schema by `validateWorkflow`. */
  config: z.record(z.string(), z.unknown()).default({}),
  /** A disabled node is passed through: its output is what came in. */
  disabled: z.boolean().optional(),
  retry: retryPolicySchema.optional(),
  /** Limit for one attempt, in ms. */
  timeoutMs: z.int().min(100).max(86_400_000).optional(),
  /**
   * What a failed step means. `fail` (or absent): the execution fails. `continue`: it hands on `onErrorValue` and the
   * execution goes on. `branch`: it takes the port `error` and hands on `{ error: { code, message, hint? } }`.
   */
  onError: z.enum(['fail', 'continue', 'branch']).optional(),
  /** JSON; `null` when absent. */
  onErrorValue: z.unknown().optional(),
  /** For the model calls of this node alone, within the execution's. */
  budget: budgetSchema.optional(),
  /** The container (map, loop) that runs this node in its body, or the group that it is drawn in. */
  parent: nodeIdSchema.optional(),
  /** Of containers, groups and notes on the canvas. Positions of nodes with a parent are relative to it. */
  size: z.strictObject({ width: z.number().min(1), height: z.number().min(1) }).optional(),
});
export type WorkflowNode = z.infer<typeof workflowNodeSchema>;

export const workflowEdgeSchema = z.strictObject({
  id: z.string().min(1).max(140),
  source: nodeIdSchema,
  sourcePort: z.string().min(1).max(64).default('out'),
  target: nodeIdSchema,
  targetPort: z.string().min(1).max(64).default('in'),
});
export type WorkflowEdge = z.infer<typeof workflowEdgeSchema>;

/** Of an execution's sandbox, in MiB; a plan may allow less, which is what a workflow that does not change it gets. */
export const DEFAULT_MEMORY_MB = 1_024;

export const workflowSettingsSchema = z.strictObject({
  /** Limit for the whole execution, in ms. */
  timeoutMs: z.int().min(1_000).max(86_400_000).default(600_000),
  /** Nodes that run at the same time. */
  maxParallel: z.int().min(1).max(64).default(5),
  /** For all model calls of one execution. */
  budget: budgetSchema.optional(),
  /** Memory of the sandbox in MiB, up to what the workspace's plan allows. */
  memoryMb: z.int().min(128).max(16_384).default(DEFAULT_MEMORY_MB),
});
export type WorkflowSettings = z.infer<typeof workflowSettingsSchema>;

export const workflowDefinitionSchema = z.strictObject({
  version: z.literal(DEFINITION_VERSION).default(DEFINITION_VERSION),
  nodes: z.array(workflowNodeSchema).max(MAX_NODES),
  edges: z.array(workflowEdgeSchema).max(MAX_EDGES),
  settings: z
    .preprocess((settings: z.input<typeof workflowSettingsSchema>) => upgradeSettings(settings), workflowSettingsSchema)
    .default(() => workflowSettingsSchema.parse({})),
});

/** A workflow as plain JSON: what is validated, run, published, exported and sent over REST. */
export type WorkflowDefinition = z.infer<typeof workflowDefinitionSchema>;
/** The same before defaults are filled in. */
export type WorkflowDefinitionInput = z.input<typeof workflowDefinitionSchema>;
