import { expect, it } from 'vitest';
import { systemClock } from '../../host/system-clock.ts';
import { runNode } from '../testing/run-node.ts';

const host = { clock: { ...systemClock, now: () => Date.parse('2026-11-21T09:30:00Z') } };

it.each([
  ['{{ input.zone }}', '2026-11-21T18:30:00+09:00'],
  ['UTC', '2026-11-21T09:30:00+00:00'],
  ['', '2026-11-21T09:30:00+00:00'],
])('tells the time in the zone “%s”', async (timezone, iso) => {
  const { output } = await runNode('current_time', { config: { timezone }, input: { zone: 'Asia/Tokyo' }, host });
  expect(output).toMatchObject({ iso });
});

it('names a zone that is none', async () => {
  await expect(runNode('current_time', { config: { timezone: 'Tokyo' } })).rejects.toThrow(
    'timezone must be a time zone such as',
  );
});
