import { describe, expect, it } from 'vitest';
import { outputPortsOf } from '../definitions.ts';
import { runNode } from '../testing/run-node.ts';
import { conditionConfig } from './definition.ts';

const cases = [
  { id: 'billing', label: '', equals: 'Billing' },
  { id: 'tech', label: 'Technical', equals: '{{ input.other }}' },
];

describe('if', () => {
  it.each([
    [true, 'true'],
    [false, 'false'],
    [0, 'false'],
    ['', 'false'],
    [' False ', 'false'],
    ['no', 'false'],
    ['yes', 'true'],
    ['anything', 'true'],
    [null, 'false'],
    [[], 'false'],
    [[0], 'true'],
    [{}, 'false'],
    [{ a: null }, 'true'],
  ])('%j counts as %s', async (previous, port) => {
    expect(await runNode('condition', { previous })).toMatchObject({ ports: [port], output: previous });
  });

  it('decides by an expression and says why', async () => {
    const result = await runNode('condition', {
      config: { condition: '{{ input.n > 3 }}' },
      input: { n: 5 },
      previous: 'x',
    });
    expect(result).toMatchObject({
      ports: ['true'],
      output: 'x',
      reason: 'The condition gave true, which counts as true.',
    });
  });
});

describe('switch', () => {
  const choose = (previous: unknown) =>
    runNode('condition', { config: { mode: 'switch', cases }, previous, input: { other: 'bug' } });

  it('takes the first case that is equal, whatever its capitals and spaces', async () => {
    expect(await choose(' BILLING\n')).toMatchObject({ ports: ['billing'], output: ' BILLING\n' });
    expect(await choose('bug')).toMatchObject({ ports: ['tech'], reason: '"bug" equals the case "Technical".' });
  });

  it('takes the default port when none is', async () => {
    expect(await choose('cat')).toMatchObject({ ports: ['default'], reason: '"cat" equals none of the 2 cases.' });
    expect(await choose(null)).toMatchObject({ ports: ['default'] });
  });

  it('compares numbers and booleans by what they read as', async () => {
    const config = {
      mode: 'switch',
      cases: [
        { id: 'five', equals: '5' },
        { id: 'yes', equals: 'true' },
      ],
    };
    expect((await runNode('condition', { config, previous: 5 })).ports).toEqual(['five']);
    expect((await runNode('condition', { config, previous: true })).ports).toEqual(['yes']);
  });

  it('has a port for each case and one for the rest', () => {
    expect(outputPortsOf('condition', { mode: 'switch', cases })).toEqual([
      { id: 'billing', label: 'Billing' },
      { id: 'tech', label: 'Technical' },
      { id: 'default', label: 'Otherwise' },
    ]);
  });

  it('refuses two cases of one port, and the name of the default port', () => {
    expect(conditionConfig.safeParse({ cases: [cases[0], cases[0]] }).success).toBe(false);
    expect(conditionConfig.safeParse({ cases: [{ id: 'default', equals: 'x' }] }).success).toBe(false);
  });
});
