import { describe, expect, it } from 'vitest';
import { neighbourOf } from './neighbour.ts';

const at = (id: string, x: number, y: number) => ({ id, box: { x, y, width: 100, height: 50 } });
const nodes = [at('a', 0, 0), at('b', 200, 0), at('c', 200, 120), at('d', 600, 40)];

describe('neighbourOf', () => {
  it('takes the nearest in the direction', () => {
    expect(neighbourOf(nodes, [], { from: 'a', direction: 'right' })).toBe('b');
    expect(neighbourOf(nodes, [], { from: 'b', direction: 'down' })).toBe('c');
    expect(neighbourOf(nodes, [], { from: 'c', direction: 'up' })).toBe('b');
    expect(neighbourOf(nodes, [], { from: 'd', direction: 'left' })).toBe('b');
  });

  it('walks along edges first, however far', () => {
    const edges = [{ source: 'a', target: 'd' }];
    expect(neighbourOf(nodes, edges, { from: 'a', direction: 'right' })).toBe('d');
    expect(neighbourOf(nodes, edges, { from: 'd', direction: 'left' })).toBe('a');
    expect(neighbourOf(nodes, edges, { from: 'd', direction: 'right' })).toBeUndefined();
  });

  it('leads nowhere where nothing lies', () => {
    expect(neighbourOf(nodes, [], { from: 'a', direction: 'up' })).toBeUndefined();
    expect(neighbourOf(nodes, [], { from: 'gone', direction: 'up' })).toBeUndefined();
  });
});
