import { createTranslator } from 'next-intl';
import { expect, test } from 'vitest';
import executions from '../../../../messages/en/executions.json' with { type: 'json' };
import { describeEvent } from './describe-event.ts';

const t = createTranslator({ locale: 'en', messages: { executions }, namespace: 'executions' });
type Translate = Parameters<typeof describeEvent>[1];
const describeIt = (type: string, data: Record<string, unknown> = {}, message = 'as stored') =>
  describeEvent({ type, message, data }, t as Translate);

test('says it in the language of the reader, with what matters of it', () => {
  expect(describeIt('execution_queued', { trigger: 'api', version: 1 })).toBe('Queued');
  expect(describeIt('execution_started', { resumedSteps: 2 })).toBe('Going on after 2 finished steps');
  expect(describeIt('step_started', { attempt: 2 })).toBe('Step started, attempt 2');
  expect(describeIt('step_failed', { error: { message: 'It broke.' } })).toBe('Step failed: It broke.');
});

test('says when the plan gives less memory than usual', () => {
  expect(describeIt('execution_queued', { memoryMb: 512 })).toMatch(/^Queued\..*512 MiB.*less than usual$/);
});

test('leaves what code logged, and what it does not know, as it is', () => {
  expect(describeIt('step_log', {}, 'hello')).toBe('hello');
  expect(describeIt('from_the_future', {}, 'Something new.')).toBe('Something new.');
});
