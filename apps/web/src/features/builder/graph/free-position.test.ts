import { describe, expect, it } from 'vitest';
import { clearPosition, freePosition } from './free-position.ts';

const box = (x: number, y: number, width = 200, height = 60) => ({ x, y, width, height });

describe('freePosition', () => {
  it('keeps a place that nothing has', () => expect(freePosition({ x: 1.4, y: 2 }, [])).toEqual({ x: 1, y: 2 }));
  it('moves down and right until no node begins there', () => {
    const taken = [
      { x: 0, y: 0 },
      { x: 32, y: 32 },
    ];
    expect(freePosition({ x: 5, y: 5 }, taken)).toEqual({ x: 69, y: 69 });
  });
});

describe('clearPosition', () => {
  it('keeps a place beside others', () => expect(clearPosition(box(0, 0), [box(200, 0)])).toEqual({ x: 0, y: 0 }));
  it('goes below everything that a wide box would cover', () => {
    const taken = [box(0, 100), box(400, 0)];
    expect(clearPosition(box(0, 0, 640, 240), taken)).toEqual({ x: 0, y: 192 });
  });
});
