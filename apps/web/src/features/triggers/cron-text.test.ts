import { describeCron } from '@agentweaver/core/schedule/describe-cron';
import { createTranslator } from 'next-intl';
import { expect, it } from 'vitest';
import en from '../../../messages/en/triggers.json' with { type: 'json' };
import ja from '../../../messages/ja/triggers.json' with { type: 'json' };
import { cronText } from './cron-text.ts';

const say = (cron: string, locale: 'en' | 'ja'): string | undefined => {
  const t = createTranslator({ locale, messages: locale === 'en' ? en : ja, namespace: 'words' });
  const words = describeCron(cron);
  return words && cronText(words, { t: t as Parameters<typeof cronText>[1]['t'], locale });
};

it.each([
  ['* * * * *', 'Every minute', '毎分'],
  ['*/15 * * * *', 'Every 15 minutes', '15 分ごと'],
  [
    '*/15 8-17 * * 1-5',
    'Monday to Friday every 15 minutes from 08:00 to 17:59',
    '月曜日から金曜日 08:00～17:59 の間、15 分ごと',
  ],
  ['0 * * * *', 'Every hour', '毎時'],
  ['5,35 * * * *', 'Every hour at minute 5 and 35', '毎時 5、35 分'],
  ['0 */6 * * *', 'Every 6 hours', '6 時間ごと'],
  ['15 8-18 * * *', 'Every hour at minute 15 from 08:00 to 18:15', '08:00～18:15 の間、毎時 15 分'],
  ['0 9 * * *', 'Every day at 09:00', '毎日 09:00'],
  ['30 8,17 * * *', 'Every day at 08:30 and 17:30', '毎日 08:30、17:30'],
  ['0 9 * * 1-5', 'Monday to Friday at 09:00', '月曜日から金曜日 09:00'],
  ['0 9 * * 0,6', 'Every Saturday and Sunday at 09:00', '毎週土曜日、日曜日 09:00'],
  ['0 9 1,15 * *', 'Each month on the 1st and the 15th at 09:00', '毎月1日、15日 09:00'],
  ['0 9 L * *', 'Each month on the last day at 09:00', '毎月末日 09:00'],
  ['0 9 1 1,7 *', 'In January and July on the 1st at 09:00', '1月、7月の1日 09:00'],
  ['0 9 * 12 1', 'Every Monday in December at 09:00', '12月の毎週月曜日 09:00'],
  ['0 9 * 12 *', 'In December at 09:00', '12月 09:00'],
  ['*/10 * * * * *', 'Every 10 seconds', '10 秒ごと'],
])('%s', (cron, english, japanese) => {
  expect(say(cron, 'en')).toBe(english);
  expect(say(cron, 'ja')).toBe(japanese);
});
