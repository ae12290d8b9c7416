import { describe, expect, it } from 'vitest';
import type { Host } from '../../host/host.ts';
import type { HumanAnswer } from '../../host/ports/human.ts';
import { executeTool, toolContext } from '../testing/tool-context.ts';

const answering = (answer: HumanAnswer) => {
  const asked: Parameters<Host['human']['ask']>[0][] = [];
  const human: Host['human'] = {
    ask: async (request) => {
      asked.push(request);
      return answer;
    },
  };
  return { asked, context: toolContext({ human }) };
};

const answered = (response: Extract<HumanAnswer, { kind: 'answered' }>['response']): HumanAnswer => ({
  kind: 'answered',
  response,
  by: 'Ada',
  at: 1,
});

describe('asking a person', () => {
  it('gives what was written', async () => {
    const { asked, context } = answering(answered({ values: { answer: 'Blue' }, comment: 'Like the sea' }));
    const input = { question: 'Which colour?', details: 'For the **door**.' };
    expect(await executeTool('ask_person', { input }, context)).toEqual({
      answer: 'Blue',
      by: 'Ada',
      comment: 'Like the sea',
    });
    expect(asked).toEqual([
      {
        kind: 'form',
        title: 'Which colour?',
        message: 'For the **door**.',
        fields: [{ name: 'answer', type: 'long_text', required: true }],
      },
    ]);
  });

  it('gives what was chosen, whatever the choices are', async () => {
    const { asked, context } = answering(answered({ choice: 'choice_1' }));
    const input = { question: 'Which?', choices: ['Réd / 赤', 'Blue'] };
    expect(await executeTool('ask_person', { input, settings: { hours: 2 } }, context)).toEqual({
      answer: 'Blue',
      by: 'Ada',
    });
    expect(asked).toMatchObject([
      {
        kind: 'choice',
        choices: [
          { id: 'choice_0', label: 'Réd / 赤' },
          { id: 'choice_1', label: 'Blue' },
        ],
        deadlineMs: 7_200_000,
      },
    ]);
  });

  it('gives nothing where the answer is empty, and waits at least a second', async () => {
    const { asked, context } = answering(answered({}));
    const given = { input: { question: 'Well?' }, settings: { hours: 0.000_01 } };
    expect(await executeTool('ask_person', given, context)).toEqual({ answer: '', by: 'Ada' });
    expect(asked[0]?.deadlineMs).toBe(1_000);
  });

  it('fails when nobody answered in time', async () => {
    const { context } = answering({ kind: 'expired', at: 1 });
    const given = { input: { question: 'Well?' }, settings: { hours: 1 } };
    await expect(executeTool('ask_person', given, context)).rejects.toMatchObject({
      data: { code: 'wait_expired', message: 'Nobody answered “Well?” within 1 h.' },
    });
  });

  it('needs somebody to ask', async () => {
    await expect(executeTool('ask_person', { input: { question: 'Well?' } })).rejects.toMatchObject({
      data: { code: 'not_available', hint: expect.stringContaining('“human”') },
    });
  });
});
