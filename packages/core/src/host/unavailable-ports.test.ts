import { expect, it } from 'vitest';
import { createUnavailablePorts } from './unavailable-ports.ts';

it('every port refuses, and names itself', async () => {
  const calls = Object.values(createUnavailablePorts()).flatMap((port): ((...given: never[]) => Promise<unknown>)[] =>
    Object.values(port),
  );
  expect(calls).toHaveLength(14);
  for (const call of calls) {
    await expect(call()).rejects.toMatchObject({
      data: { code: 'not_available', message: expect.stringMatching(/^Nothing here answers calls to \w+\.$/) },
    });
  }
});
