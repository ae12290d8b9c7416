import { expect, it } from 'vitest';
import { nextHour, startTimeOf } from './start-time.tsx';

const now = new Date(2026, 2, 1, 9, 55);

it('offers a full hour that leaves some time', () => {
  expect(nextHour(now)).toBe('2026-03-01T11:00');
  expect(nextHour(new Date(2026, 2, 1, 9, 5))).toBe('2026-03-01T10:00');
});

it('takes local times that are ahead, within a year', () => {
  expect(startTimeOf('2026-03-01T09:56', now)).toEqual(new Date(2026, 2, 1, 9, 56));
  for (const wrong of ['2026-03-01T09:55', '2025-03-01T09:56', '2027-03-02T09:55', '', 'soon'])
    expect(startTimeOf(wrong, now), wrong).toBeUndefined();
});
