import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseEnv } from './env.ts';

const good = {
  DATABASE_URL: 'postgresql://u:p@localhost/db',
  AGENTWEAVER_MASTER_KEY: randomBytes(32).toString('base64'),
};

test('fills in defaults; an empty variable is an absent one', () => {
  expect(parseEnv({ ...good, REDIS_URL: '', SANDBOX: ' ' })).toMatchObject({
    SANDBOX: 'auto',
    EXECUTOR_CONCURRENCY: 10,
    EGRESS_ALLOWED_PRIVATE_HOSTS: [],
    METRICS_TENANT_LABELS: false,
  });
});

test('reads the private hosts', () => {
  const env = parseEnv({ ...good, EGRESS_ALLOWED_PRIVATE_HOSTS: '127.0.0.1:11434, models.internal' });
  expect(env.EGRESS_ALLOWED_PRIVATE_HOSTS).toEqual([{ host: '127.0.0.1', port: 11434 }, { host: 'models.internal' }]);
});

test('lists every bad variable, and no secret', () => {
  const secret = 'hunter2hunter2';
  const parse = () =>
    parseEnv({
      DATABASE_URL: 'mysql://x',
      AGENTWEAVER_MASTER_KEY: secret,
      SANDBOX: 'vm',
      EXECUTOR_PORT: '99999',
      EGRESS_ALLOWED_PRIVATE_HOSTS: 'http://x/y',
    });
  for (const name of [
    'DATABASE_URL',
    'AGENTWEAVER_MASTER_KEY',
    'SANDBOX',
    'EXECUTOR_PORT',
    'EGRESS_ALLOWED_PRIVATE_HOSTS',
  ]) {
    expect(parse).toThrow(name);
  }
  expect(parse).not.toThrow(secret);
});
