import { describe, expect, it } from 'vitest';
import { runNode } from '../testing/run-node.ts';
import { inputJsonSchema, prepareInput, validateInput, withInputDefaults } from './check-input.ts';
import { type InputConfig, inputConfig } from './definition.ts';

const config: InputConfig = inputConfig.parse({
  fields: [
    { name: 'topic', label: 'Topic' },
    { name: 'count', type: 'number', default: '3' },
    { name: 'draft', type: 'boolean', required: false },
    { name: 'extra', type: 'json', default: '[1, 2]' },
    { name: 'notes', type: 'long_text', required: false },
  ],
});

describe('checking an input', () => {
  it('names each field that is wrong', () => {
    expect(validateInput(config, { count: 'three', draft: 'yes', notes: 5 })).toEqual([
      { field: 'topic', message: 'This field is required.' },
      { field: 'count', message: 'This field takes a number.' },
      { field: 'draft', message: 'This field takes true or false.' },
      { field: 'notes', message: 'This field takes text.' },
    ]);
  });

  it('takes defaults for what was left out, and keeps what is more', () => {
    expect(validateInput(config, { topic: 'trams' })).toEqual([]);
    expect(withInputDefaults(config, { topic: 'trams', more: 1 })).toEqual({
      topic: 'trams',
      count: 3,
      extra: [1, 2],
      more: 1,
    });
  });

  it.each([null, 'text', 5, [1]])('refuses %j, which has no fields', (input) => {
    const [problem] = validateInput(config, input);
    expect(problem).toBeDefined();
  });

  it('takes anything when there are no fields', () => {
    for (const input of [null, 'text', [1], { a: 1 }]) expect(validateInput({ fields: [] }, input)).toEqual([]);
  });

  it('does not take an empty text for a required one, nor infinity for a number', () => {
    expect(validateInput(config, { topic: '', count: Number.POSITIVE_INFINITY })).toHaveLength(2);
  });

  it('finds the input node of a workflow', () => {
    const nodes = [{ id: 'in', type: 'input', name: 'In', position: { x: 0, y: 0 }, config }];
    expect(prepareInput({ nodes }, { topic: 'x' })).toEqual({
      input: { topic: 'x', count: 3, extra: [1, 2] },
      problems: [],
    });
    expect(prepareInput({ nodes: [] }, 5)).toEqual({ input: 5, problems: [] });
  });
});

describe('the config', () => {
  it('refuses two fields of one name, bad names, and defaults of the wrong type', () => {
    const problems = (fields: unknown[]) =>
      inputConfig.safeParse({ fields }).error?.issues.map((issue) => issue.path.join('.'));
    expect(problems([{ name: 'a' }, { name: 'a' }])).toEqual(['fields']);
    expect(problems([{ name: '1 a' }])).toEqual(['fields.0.name']);
    expect(problems([{ name: 'a', type: 'number', default: 'x' }])).toEqual(['fields.0.default']);
    expect(problems([{ name: 'a', type: 'json', default: '{' }])).toEqual(['fields.0.default']);
  });

  it('becomes the schema of the run form', () => {
    expect(inputJsonSchema(config)).toEqual({
      type: 'object',
      properties: {
        topic: { title: 'Topic', default: undefined, type: 'string' },
        count: { title: 'count', default: 3, type: 'number' },
        draft: { title: 'draft', default: undefined, type: 'boolean' },
        extra: { title: 'extra', default: [1, 2], widget: 'json', multiline: true },
        notes: { title: 'notes', default: undefined, type: 'string', widget: 'textarea', multiline: true },
      },
      required: ['topic', 'count', 'extra'],
    });
  });
});

describe('the step', () => {
  it('hands on the input with its defaults', async () => {
    const { output } = await runNode('input', { config, input: { topic: 'trams' } });
    expect(output).toEqual({ topic: 'trams', count: 3, extra: [1, 2] });
  });

  it('fails with the names of the fields', async () => {
    await expect(runNode('input', { config, input: {} })).rejects.toMatchObject({
      data: { code: 'node_failed', message: 'topic: This field is required.' },
    });
  });
});
