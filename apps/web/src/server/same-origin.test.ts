import { expect, it } from 'vitest';
import { assertSameOrigin } from './same-origin.ts';

const request = (headers: Record<string, string>) =>
  new Request('http://localhost:3000/api/trpc/x', { method: 'POST', headers });

it.each<Record<string, string>>([
  { 'sec-fetch-site': 'same-origin' },
  { 'sec-fetch-site': 'none' },
  { origin: 'http://localhost:3000', host: 'localhost:3000' },
  { origin: 'https://weaver.example', 'x-forwarded-host': 'weaver.example', host: 'web:3000' },
  { host: 'localhost:3000' },
])('lets %j through', (headers) => expect(() => assertSameOrigin(request(headers))).not.toThrow());

it.each<Record<string, string>>([
  { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:3000', host: 'localhost:3000' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'https://evil.example', host: 'localhost:3000' },
  { origin: 'http://localhost:3001', host: 'localhost:3000' },
  { origin: 'null', host: 'localhost:3000' },
])('refuses %j', (headers) => expect(() => assertSameOrigin(request(headers))).toThrow(/another site/));
