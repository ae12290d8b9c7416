import { describe, expect, it } from 'vitest';
import { checkHumanResponse } from './check-human-response.ts';
import { type HumanResponse, humanRequestSchema } from './ports/human.ts';

const approval = humanRequestSchema.parse({ kind: 'approval', title: 'Send it?' });
const choice = humanRequestSchema.parse({
  kind: 'choice',
  title: 'Which?',
  choices: [
    { id: 'a', label: 'A' },
    { id: 'b', label: 'B' },
  ],
});
const form = humanRequestSchema.parse({
  kind: 'form',
  title: 'Details',
  fields: [
    { name: 'name', required: true },
    { name: 'age', type: 'number' },
    { name: 'vip', type: 'boolean' },
    { name: 'size', type: 'choice', options: ['S', 'L'] },
  ],
});

const told = (request: typeof form, response: HumanResponse) =>
  checkHumanResponse(request, response).map(({ field, message }) => `${field} ${message}`);

describe('checkHumanResponse', () => {
  it.each([
    [approval, { approved: false }],
    [choice, { choice: 'b' }],
    [form, { values: { name: 'Ada' } }],
    [form, { values: { name: 'Ada', age: 36, vip: false, size: 'L' } }],
    [form, { values: { name: 'Ada', age: null, size: '' } }],
  ])('accepts %#', (request, response) => {
    expect(told(request, response)).toEqual([]);
  });

  it.each([
    [approval, {}, ['approved must be true or false']],
    [choice, {}, ['choice must be one of "a", "b"']],
    [choice, { choice: 'c' }, ['choice must be one of "a", "b"']],
    [form, {}, ['values.name is missing']],
    [
      form,
      { values: { name: 1, age: 'old', vip: 'yes', size: 'M', extra: 1 } },
      [
        'values.name must be text',
        'values.age must be a number',
        'values.vip must be true or false',
        'values.size must be one of "S", "L"',
        'values.extra is not a field of this form',
      ],
    ],
  ])('names what is wrong %#', (request, response, expected) => {
    expect(told(request, response)).toEqual(expected);
  });
});

it('a field that bears the name of something every object has may be left empty', () => {
  const request = humanRequestSchema.parse({ kind: 'form', title: 'Who?', fields: [{ name: 'constructor' }] });
  expect(checkHumanResponse(request, { values: {} })).toEqual([]);
  expect(checkHumanResponse(request, { values: { constructor: 'Ada' } as Record<string, string> })).toEqual([]);
});
