import { humanFieldSchema } from '@agentweaver/core/host/ports/human';
import { expect, it } from 'vitest';
import { problemOf } from './check-field.ts';

const field = (type: string, required: boolean) => humanFieldSchema.parse({ name: 'field', type, required });

it.each([
  ['text', true, ' ', 'required'],
  ['text', false, '', undefined],
  ['number', true, null, 'required'],
  ['number', false, '-', 'notNumber'],
  ['number', true, 0, undefined],
  ['boolean', true, false, undefined],
] as const)('%s, required %s, with %j: %s', (type, required, value, problem) => {
  expect(problemOf(field(type, required), value)).toBe(problem);
});
