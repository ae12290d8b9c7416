type Point = { x: number; y: number };

const STEP = 32;
const CLOSE = 24;

/** The wanted place, or one a little further down and right when a node lies there already. */
export const freePosition = (wanted: Point, taken: readonly Point[]): Point => {
  const at = { x: Math.round(wanted.x), y: Math.round(wanted.y) };
  while (taken.some((other) => Math.abs(other.x - at.x) < CLOSE && Math.abs(other.y - at.y) < CLOSE)) {
    at.x += STEP;
    at.y += STEP;
  }
  return at;
};
