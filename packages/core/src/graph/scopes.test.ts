import { describe, expect, it } from 'vitest';
import { scriptedNodes } from '../engine/testing/scripted-node.ts';
import { scripted } from '../engine/testing/scripted-run.ts';
import { buildScopes, stepsSeenBy } from './scopes.ts';

const nodeDefinition = (type: string) => scriptedNodes(type)?.definition;

const scopes = buildScopes(
  scripted({
    nodes: {
      start: {},
      each: { type: 'each' },
      frame: { type: 'note', parent: 'each' },
      a: { parent: 'each' },
      b: { parent: 'frame' },
      again: { type: 'again', parent: 'each' },
      inner: { parent: 'again' },
      empty: { type: 'each' },
      odd: { parent: 'even' },
      even: { parent: 'odd' },
      lost: { parent: 'gone' },
    },
    edges: ['start>each', 'a>b', 'b>again', 'start>a', 'frame>start', 'each>empty'],
  }),
  nodeDefinition,
);

describe('buildScopes', () => {
  it('puts nodes into the nearest container around them', () => {
    expect([...scopes.graphs].map(([id, { nodes }]) => [id, [...nodes.keys()]])).toEqual([
      ['', ['start', 'each', 'empty', 'odd', 'even', 'lost']],
      ['each', ['a', 'b', 'again']],
      ['again', ['inner']],
      ['empty', []],
    ]);
    expect(scopes.scopeOf.get('b')).toBe('each');
    expect(scopes.scopeOf.has('frame')).toBe(false);
  });

  it('leaves out edges between scopes', () => {
    expect(
      scopes.graphs
        .get('')
        ?.incoming.get('each')
        ?.map(({ source }) => source),
    ).toEqual(['start']);
    expect(scopes.graphs.get('each')?.incoming.get('a')).toEqual([]);
  });

  it('says what a step can refer to: what leads to it, and to the containers around it', () => {
    expect(stepsSeenBy(scopes, 'inner')).toEqual(new Set(['a', 'b', 'start']));
    expect(stepsSeenBy(scopes, 'b')).toEqual(new Set(['a', 'start']));
    expect(stepsSeenBy(scopes, 'empty')).toEqual(new Set(['start', 'each']));
    expect(stepsSeenBy(scopes, 'nobody')).toEqual(new Set());
  });
});
