import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { inRoot } from '../lib/paths.ts';
import { StopError } from '../lib/stop-error.ts';

const optionalText = z.preprocess((value) => (value === '' ? undefined : value), z.string().optional());

/** What the start itself needs to know; each app checks its own variables again. */
export const startEnvSchema = z.object({
  PORT: z.coerce
    .number()
    .int()
    .min(1, 'must be between 1 and 65535')
    .max(65_535, 'must be between 1 and 65535')
    .default(3000),
  EXECUTOR_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  AGENTWEAVER_DATA: z.string().min(1).default('.agentweaver'),
  DATABASE_URL: optionalText,
  REDIS_URL: optionalText,
  SANDBOX: z
    .enum(['auto', 'docker', 'process', 'kubernetes'], 'is one of auto, docker, process and kubernetes')
    .default('auto'),
  NEXTAUTH_URL: optionalText,
  NEXTAUTH_SECRET: optionalText,
  AGENTWEAVER_MASTER_KEY: optionalText,
});

export type StartSettings = {
  port: number;
  executorPort: number | undefined;
  dataDir: string;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  sandbox: 'auto' | 'docker' | 'process' | 'kubernetes';
  publicUrl: string;
  nextAuthSecret: string | undefined;
  masterKey: string | undefined;
  /** Hot reload instead of a production build. */
  dev: boolean;
};

/** Reads `.env` (the real environment wins) and the command line. Throws a `StopError` that names each bad variable. */
export const readSettings = (args: string[]): StartSettings => {
  const envFile = inRoot('.env');
  if (existsSync(envFile)) process.loadEnvFile(envFile);
  const unknown = args.filter((arg) => arg !== '--dev');
  if (unknown.length > 0)
    throw new StopError(
      `Unknown option: ${unknown.join(' ')}. Settings are environment variables; .env.example lists them.`,
    );
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
  const parsed = startEnvSchema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`);
    throw new StopError(`These settings cannot be used:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  return {
    port: env.PORT,
    executorPort: env.EXECUTOR_PORT,
    dataDir: path.resolve(inRoot(), env.AGENTWEAVER_DATA),
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    sandbox: env.SANDBOX,
    publicUrl: (env.NEXTAUTH_URL ?? `http://localhost:${env.PORT}`).replace(/\/+$/, ''),
    nextAuthSecret: env.NEXTAUTH_SECRET,
    masterKey: env.AGENTWEAVER_MASTER_KEY,
    dev: args.includes('--dev'),
  };
};
