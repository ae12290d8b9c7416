import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';

const request = (forwarded?: string) =>
  ({ socket: { remoteAddress: '10.0.0.1' }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

it('believes no header unless told to', () => expect(clientAddress(request('1.2.3.4'), false)).toBe('10.0.0.1'));
it('takes what the proxy wrote, not what the caller sent', () =>
  expect(clientAddress(request('9.9.9.9, 1.2.3.4'), true)).toBe('1.2.3.4'));
it('falls back to the connection', () => expect(clientAddress(request(), true)).toBe('10.0.0.1'));
