export type Change =
  | { direction: 'unknown' }
  /** `ratio`: 0.25 is a quarter more. `points`: percentage points, for figures that are ratios themselves. */
  | { direction: 'up' | 'down' | 'same'; ratio: number; points: number | null };

/** Smaller changes are noise: they are called the same. */
const SAME = 0.0005;

/** How a figure changed. From nothing there is no ratio. */
export const changeBetween = (
  before: number | null,
  after: number | null,
  as: 'ratio' | 'points' = 'ratio',
): Change => {
  if (before === null || after === null) return { direction: 'unknown' };
  if (as === 'ratio' && before === 0) {
    return after === 0 ? { direction: 'same', ratio: 0, points: null } : { direction: 'unknown' };
  }
  const difference = as === 'points' ? after - before : after / before - 1;
  const direction = Math.abs(difference) < SAME ? 'same' : difference > 0 ? 'up' : 'down';
  return { direction, ratio: difference, points: as === 'points' ? difference * 100 : null };
};
