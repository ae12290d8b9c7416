import { traceFields } from '@agentweaver/db/tracing/tracing';
import { type Logger, pino } from 'pino';

/** Wherever they turn up in a logged object, these are not written. */
export const SECRETS = [
  'apiKey',
  'authorization',
  'password',
  'token',
  'secret',
  'ciphertext',
  'databaseUrl',
  'redisUrl',
  'masterKey',
];

export const createLogger = ({ level, executorId }: { level: string; executorId: string }): Logger =>
  pino({
    level,
    base: { app: 'executor', executorId },
    mixin: traceFields,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  });
