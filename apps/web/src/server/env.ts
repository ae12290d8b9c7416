import { privateHostListSchema } from '@agentweaver/core/egress/private-host-list';
import { tracingEnvShape } from '@agentweaver/db/tracing/tracing-env';
import { z } from 'zod';

const optionalText = z.string().trim().optional();
const port = z.coerce.number().int().min(1).max(65_535);
const flag = z
  .enum(['true', 'false', '1', '0'])
  .default('false')
  .transform((value) => value === 'true' || value === '1');
/** What the web app reads from its environment. Other programs' variables are in their own schema. */
export const webEnvSchema = z
  .object({
    NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
    PORT: port.default(3000),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is missing or not a postgresql:// address' }),
    REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// address' }).optional(),
    NEXTAUTH_URL: z.url({ protocol: /^https?$/, error: 'must be the http(s) address people open' }).optional(),
    NEXTAUTH_SECRET: z
      .string({ error: 'is missing: at least 32 random characters' })
      .min(32, 'needs at least 32 characters'),
    AGENTWEAVER_MASTER_KEY: z
      .string({ error: 'is missing: 32 random bytes in base64' })
      .refine((value) => Buffer.from(value, 'base64').length === 32, 'must be 32 bytes in base64'),
    /** Where the executor answers /ready; used by the status card alone. */
    EXECUTOR_URL: z.url({ protocol: /^https?$/ }).optional(),
    EGRESS_ALLOWED_PRIVATE_HOSTS: privateHostListSchema,
    /** Offered in the model list beside those of the keys. */
    LOCAL_MODEL_NAME: optionalText,
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    /** Behind a reverse proxy: the caller's address is the last entry of X-Forwarded-For. */
    TRUST_PROXY: flag,
    /** Users and workflows as labels of metrics, for small installations. */
    METRICS_TENANT_LABELS: flag,
    /** When set, /api/metrics wants it as a bearer token. */
    METRICS_TOKEN: optionalText,
    ...tracingEnvShape,
    GITHUB_ID: optionalText,
    GITHUB_SECRET: optionalText,
    GOOGLE_ID: optionalText,
    GOOGLE_SECRET: optionalText,
  })
  .refine((env) => Boolean(env.GITHUB_ID) === Boolean(env.GITHUB_SECRET), {
    path: ['GITHUB_SECRET'],
    error: 'GITHUB_ID and GITHUB_SECRET belong together',
  })
  .refine((env) => Boolean(env.GOOGLE_ID) === Boolean(env.GOOGLE_SECRET), {
    path: ['GOOGLE_SECRET'],
    error: 'GOOGLE_ID and GOOGLE_SECRET belong together',
  });

export type WebEnv = z.infer<typeof webEnvSchema> & { publicUrl: string };

/** Throws an `Error` that lists every bad variable, one per line. */
export const parseEnv = (source: Record<string, string | undefined>): WebEnv => {
  // Compose files hand unset variables on as empty ones.
  const given = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = webEnvSchema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.') || 'environment'}: ${issue.message}`);
    throw new Error(`The environment is not usable:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  return { ...env, publicUrl: (env.NEXTAUTH_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, '') };
};

let cached: WebEnv | undefined;

/** Parsed at the first call, so that `next build` needs no environment. */
export const getEnv = (): WebEnv => {
  cached ??= parseEnv(process.env);
  return cached;
};
