import type { InputField } from '@agentweaver/core/nodes/input/definition';
import { describe, expect, it } from 'vitest';
import { parseDraft, startDraft } from './input-fields.ts';

const field = (name: string, type: InputField['type'], extra: Partial<InputField> = {}): InputField => ({
  name,
  type,
  label: '',
  required: true,
  default: '',
  ...extra,
});
const fields = [
  field('text', 'long_text'),
  field('amount', 'number'),
  field('urgent', 'boolean'),
  field('rows', 'json', { required: false }),
];

describe('parseDraft', () => {
  it('reads each kind of field', () => {
    const { input, problems } = parseDraft(fields, { text: 'hi', amount: '2.5', urgent: true, rows: '[1]' });
    expect(problems).toEqual({});
    expect(input).toEqual({ text: 'hi', amount: 2.5, urgent: true, rows: [1] });
  });
  it('names what is missing or wrong, all at once', () => {
    expect(parseDraft(fields, { text: ' ', amount: 'x', urgent: false, rows: '{' }).problems).toEqual({
      text: 'required',
      amount: 'not_a_number',
      rows: 'not_json',
    });
  });
  it('leaves out empty optional fields', () => {
    expect(parseDraft([field('rows', 'json', { required: false })], { rows: '' })).toEqual({ input: {}, problems: {} });
  });
});

describe('startDraft', () => {
  it('starts from the last input where there is one, else from the defaults', () => {
    const withDefault = [
      field('text', 'text', { default: 'hello' }),
      field('urgent', 'boolean', { default: 'true' }),
      field('rows', 'json'),
    ];
    expect(startDraft(withDefault, undefined)).toEqual({ text: 'hello', urgent: true, rows: '' });
    expect(startDraft(withDefault, { text: 'again', urgent: false, rows: { a: 1 } })).toEqual({
      text: 'again',
      urgent: false,
      rows: '{\n  "a": 1\n}',
    });
  });
  it('survives its own round trip', () => {
    const input = { text: 'x', amount: 3, urgent: true, rows: [{ a: 1 }] };
    expect(parseDraft(fields, startDraft(fields, input)).input).toEqual(input);
  });
});
