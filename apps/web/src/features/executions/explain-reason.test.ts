import { createTranslator } from 'next-intl';
import { describe, expect, it } from 'vitest';
import japanese from '../../../messages/ja/executions.json' with { type: 'json' };
import { explainReason } from './explain-reason.ts';

const t = createTranslator({ locale: 'ja', messages: { executions: japanese }, namespace: 'executions' });

describe('explainReason', () => {
  it('says in the language of the reader why a step never ran', () => {
    expect(explainReason('The execution failed before.', t)).toBe('この前に実行が失敗しました。');
    expect(explainReason('No branch that was taken leads here.', t)).toBe('選ばれた分岐はここに続いていません。');
  });

  it('leaves what a step said itself', () => {
    expect(explainReason('"spam" equals none of the 2 cases.', t)).toBe('"spam" equals none of the 2 cases.');
  });
});
