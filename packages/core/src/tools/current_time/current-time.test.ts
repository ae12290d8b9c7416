import { describe, expect, it } from 'vitest';
import { systemClock } from '../../host/system-clock.ts';
import { executeTool, toolContext } from '../testing/tool-context.ts';
import { describeTime } from './execute.ts';

const at = (iso: string) => toolContext({ clock: { ...systemClock, now: () => Date.parse(iso) } });

describe('the current time', () => {
  it('is told in the author’s time zone, or in the one that is asked for', async () => {
    const context = at('2026-11-21T09:30:00Z');
    const settings = { timezone: 'Asia/Tokyo' };
    expect(await executeTool('current_time', { input: {}, settings }, context)).toEqual({
      iso: '2026-11-21T18:30:00+09:00',
      date: '2026-11-21',
      time: '18:30:00',
      weekday: 'Saturday',
      timezone: 'Asia/Tokyo',
      offset: '+09:00',
      unixMs: 1_795_253_400_000,
    });
    expect(await executeTool('current_time', { input: { timezone: 'UTC' }, settings }, context)).toMatchObject({
      iso: '2026-11-21T09:30:00+00:00',
    });
  });

  it.each([
    ['2026-07-01T23:59:59Z', 'Europe/Berlin', '2026-07-02T01:59:59+02:00'],
    ['2026-01-01T00:00:00Z', 'America/New_York', '2025-12-31T19:00:00-05:00'],
    ['2026-01-01T18:15:00Z', 'Asia/Kathmandu', '2026-01-02T00:00:00+05:45'],
    ['0999-06-01T12:00:00Z', 'UTC', '0999-06-01T12:00:00+00:00'],
  ])('%s in %s is %s', (moment, timezone, iso) => {
    const told = describeTime(Date.parse(moment), timezone);
    expect(told.iso).toBe(iso);
    expect(Date.parse(told.iso)).toBe(Date.parse(moment));
  });

  it('needs a time zone that there is', async () => {
    await expect(executeTool('current_time', { input: { timezone: 'Mars/Olympus' } })).rejects.toMatchObject({
      data: { code: 'tool_failed', message: expect.stringContaining('timezone must be a time zone') },
    });
  });
});
