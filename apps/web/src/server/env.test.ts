import { expect, it } from 'vitest';
import { parseEnv } from './env.ts';

const good = {
  DATABASE_URL: 'postgresql://user@localhost:5432/agentweaver',
  NEXTAUTH_SECRET: 'x'.repeat(32),
  AGENTWEAVER_MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
};

it('fills in what is left out, and takes empty variables for left out', () => {
  const env = parseEnv({
    ...good,
    REDIS_URL: '',
    PORT: '4100',
    EGRESS_ALLOWED_PRIVATE_HOSTS: 'Ollama:11434, ,10.0.0.5',
  });
  expect(env).toMatchObject({
    PORT: 4100,
    publicUrl: 'http://localhost:4100',
    EGRESS_ALLOWED_PRIVATE_HOSTS: [{ host: 'ollama', port: 11_434 }, { host: '10.0.0.5' }],
  });
  expect(env.REDIS_URL).toBeUndefined();
});

it('names every bad variable at once', () => {
  const bad = { PORT: '70000', DATABASE_URL: 'mysql://x', AGENTWEAVER_MASTER_KEY: 'c2hvcnQ=', GITHUB_ID: 'id' };
  expect(() => parseEnv(bad)).toThrow(/PORT[\s\S]*DATABASE_URL[\s\S]*NEXTAUTH_SECRET[\s\S]*AGENTWEAVER_MASTER_KEY/);
  expect(() => parseEnv({ ...good, GITHUB_ID: 'id' })).toThrow(/GITHUB_SECRET/);
});
