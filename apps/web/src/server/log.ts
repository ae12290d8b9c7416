import { traceFields } from '@agentweaver/db/tracing/tracing';
import { type Logger, pino } from 'pino';
import { processGlobal } from './process-global.ts';

/** One JSON logger per process; passwords, tokens and cookies are cut out wherever they turn up. */
export const log: Logger = processGlobal('log', () =>
  pino({
    name: 'web',
    level: process.env.LOG_LEVEL ?? 'info',
    mixin: traceFields,
    redact: {
      paths: [
        'password',
        '*.password',
        'token',
        '*.token',
        'apiKey',
        '*.apiKey',
        '*.authorization',
        '*.cookie',
        'headers.authorization',
        'headers.cookie',
      ],
      censor: '[removed]',
    },
  }),
);
