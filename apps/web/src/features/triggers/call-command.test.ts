import { execFileSync } from 'node:child_process';
import { createWebhookSecret, signatureProblem } from '@agentweaver/core/webhooks/signature';
import { expect, it } from 'vitest';
import { callCommand, sampleBody } from './call-command.ts';

/** Runs the command with a curl that only says what it was called with. */
const run = (command: string): string[] =>
  execFileSync('bash', ['-c', `curl() { printf '%s\\0' "$@"; }\n${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);

it('signs what it sends', () => {
  const secret = createWebhookSecret();
  const body = `{"name":"it's Ada"}`;
  const command = callCommand({ url: 'http://localhost/api/hooks/x', signed: true, body });
  expect(command).toContain("secret='whsec_…'");
  const sent = run(command.replace('whsec_…', secret));
  expect(sent[0]).toBe('http://localhost/api/hooks/x');
  expect(sent.at(-1)).toBe(body);
  const headers = new Headers(
    sent.flatMap((word, index): [string, string][] => {
      const [name = '', value = ''] = (sent[index + 1] ?? '').split(': ');
      return word === '-H' ? [[name, value]] : [];
    }),
  );
  expect(signatureProblem(secret, { headers, body, now: new Date() })).toBeUndefined();
});

it('sends an unsigned call as it is', () => {
  const sent = run(callCommand({ url: 'http://localhost/x', signed: false, body: '{}' }));
  expect(sent).toEqual(['http://localhost/x', '-H', 'Content-Type: application/json', '-d', '{}']);
});

it('has a body as the workflow asks for', () => {
  const field = { label: '', required: true, default: '' };
  const fields = [
    { ...field, name: 'name', type: 'text' as const },
    { ...field, name: 'count', type: 'number' as const },
  ];
  expect(JSON.parse(sampleBody(fields))).toEqual({ name: 'text', count: 1 });
  expect(JSON.parse(sampleBody([]))).toEqual({ message: 'hello' });
});
