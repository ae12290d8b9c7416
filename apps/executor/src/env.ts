import { privateHostListSchema } from '@agentweaver/core/egress/private-host-list';
import { tracingEnvShape } from '@agentweaver/db/tracing/tracing-env';
import { z } from 'zod';

const optionalText = z.string().trim().optional();

/** What the executor reads from its environment. Other programs' variables are in their own schema. */
export const executorEnvSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is missing or not a postgresql:// address' }),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// address' }).optional(),
  SANDBOX: z.enum(['auto', 'docker', 'process', 'kubernetes']).default('auto'),
  /** A Linux image with Node 24 to build the sandbox image on; needed where the engine is another kind of machine. */
  SANDBOX_BASE_IMAGE: optionalText,
  /** What the Pods of `SANDBOX=kubernetes` run: an image made from `docker/sandbox/Dockerfile`. */
  SANDBOX_IMAGE: optionalText,
  /** Absent: the namespace of the context, or of the executor's own Pod. */
  KUBERNETES_NAMESPACE: optionalText,
  /** A RuntimeClass of the cluster, for gVisor or Kata Containers. */
  SANDBOX_RUNTIME_CLASS: optionalText,
  /** `execution`: every sandbox is used once; `workspace`: again for its workspace, unless user code ran in it. */
  ISOLATION: z.enum(['workspace', 'execution']).default('workspace'),
  EXECUTOR_HOST: z.string().trim().default('127.0.0.1'),
  EXECUTOR_PORT: z.coerce.number().int().min(1).max(65_535).default(3001),
  /** Executions that this executor runs at the same time. */
  EXECUTOR_CONCURRENCY: z.coerce.number().int().min(1).max(1_000).default(10),
  /** The data folder of a local installation: without room on its disk no execution is taken. */
  AGENTWEAVER_DATA: optionalText,
  /** Calls to the outside (models, HTTP, databases …) that all of its executions have under way at the same time. */
  EXECUTOR_HOST_CALLS: z.coerce.number().int().min(1).max(10_000).default(256),
  AGENTWEAVER_MASTER_KEY: z
    .string({ error: 'is missing: 32 random bytes in base64' })
    .refine((value) => Buffer.from(value, 'base64').length === 32, 'must be 32 bytes in base64'),
  EGRESS_ALLOWED_PRIVATE_HOSTS: privateHostListSchema,
  LOCAL_MODEL_URL: z.url({ protocol: /^https?$/, error: 'must be an http(s) address' }).optional(),
  LOCAL_MODEL_NAME: optionalText,
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  METRICS_TENANT_LABELS: z
    .enum(['true', 'false', '1', '0'])
    .default('false')
    .transform((value) => value === 'true' || value === '1'),
  ...tracingEnvShape,
});

export type ExecutorEnv = z.infer<typeof executorEnvSchema>;

/** Throws an `Error` that lists every bad variable, one per line; values are not repeated. */
export const parseEnv = (source: Record<string, string | undefined>): ExecutorEnv => {
  // Compose files hand unset variables on as empty ones.
  const given = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = executorEnvSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The environment is not usable:\n${lines.join('\n')}`);
};
