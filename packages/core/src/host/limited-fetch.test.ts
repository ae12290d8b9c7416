import { expect, test } from 'vitest';
import type { ExecutionError } from '../engine/execution-errors.ts';
import { limitedFetch, MAX_RECEIVED_BYTES } from './limited-fetch.ts';

test('what one connection receives is limited in all, however many responses it comes in', async () => {
  const page = 'x'.repeat(MAX_RECEIVED_BYTES * 0.6);
  const errors: ExecutionError[] = [];
  const fetch = limitedFetch(
    async () => new Response(page),
    new URL('http://mcp.example'),
    (error) => errors.push(error),
  );
  expect(await (await fetch('http://mcp.example')).text()).toBe(page);
  expect(errors).toEqual([]);
  const second = await fetch('http://mcp.example');
  await expect(second.text()).rejects.toMatchObject({ data: { code: 'output_too_large' } });
  expect(errors).toHaveLength(1);
});
