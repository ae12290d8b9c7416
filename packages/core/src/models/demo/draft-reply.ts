import { classify, evidenceSentence } from './classify.ts';
import { findFacts } from './facts.ts';
import { type Language, shorten, splitSentences } from './language.ts';

type Tone = 'warm' | 'brief' | 'plain';
type Topic = 'billing' | 'technical' | 'account' | 'shipping' | 'sales' | 'feature' | 'cancellation' | 'other';

const TOPICS: Topic[] = ['billing', 'technical', 'account', 'shipping', 'sales', 'feature', 'cancellation', 'other'];

const toneOf = (manner: string): Tone => {
  if (/empath|warm|friendly|kind|caring|personal|gentle|丁寧|共感|親切|温か|優し/i.test(manner)) return 'warm';
  return /concise|brief|short|technical|direct|terse|precise|簡潔|端的|技術|要点/i.test(manner) ? 'brief' : 'plain';
};

const NEXT_STEP: Record<Language, Record<Topic, string>> = {
  en: {
    billing: 'The next step is to compare the charges with your account and to correct or refund what is wrong.',
    technical:
      'The next step is to reproduce the problem. Please send the exact error text, your browser or app version, and when it happened last.',
    account:
      'The next step is to confirm that the account is yours and to restore your access. Please reply from the address it is registered with.',
    shipping:
      'The next step is to ask the carrier where the parcel is. If it cannot be found, it is replaced or refunded.',
    sales: 'The next step is a quote. Please tell us how many people will use the product and from when.',
    feature:
      'The next step is to pass this to the product team. Please tell us what you would do with it, so that it is judged fairly.',
    cancellation:
      'The next step is to end the subscription at the close of the paid period and to confirm the date to you.',
    other: 'The next step is that a colleague who knows this subject reads your message and answers you.',
  },
  ja: {
    billing: 'まずご請求内容とアカウントの記録を照合し、誤りがあれば訂正または返金の手続きをいたします。',
    technical:
      'まず現象の再現を確認いたします。表示されたエラーの全文、ご利用の環境、最後に発生した日時をお知らせください。',
    account: 'まずご本人様の確認を行い、アクセスを復旧いたします。ご登録のメールアドレスからご返信ください。',
    shipping: 'まず配送会社に荷物の所在を確認いたします。見つからない場合は、再送または返金で対応いたします。',
    sales: 'お見積もりを用意いたします。ご利用人数と開始時期をお知らせください。',
    feature: 'ご要望を製品チームに共有いたします。どのような場面で必要になるか、お聞かせください。',
    cancellation: 'お支払い済みの期間の終了をもって解約とし、日付を改めてご連絡いたします。',
    other: '担当者が内容を確認のうえ、ご連絡いたします。',
  },
};

const quoteOf = (text: string, evidence: string[]): string => {
  const sentences = splitSentences(text).filter((one) => !/^(?:hi|hello|dear|subject|from|件名|差出人)\b/i.test(one));
  return shorten(evidenceSentence(sentences.join('\n\n'), evidence) ?? sentences[0] ?? text, 160);
};

/** A short reply to a message: greeting, what was understood, facts found in it, the usual next step for its topic. */
export const draftReply = (material: string, options: { role: string; manner: string; language: Language }): string => {
  const { label, evidence } = classify(material, TOPICS);
  const topic = TOPICS.find((one) => one === label) ?? 'other';
  const facts = findFacts(material);
  const parts = {
    tone: toneOf(options.manner),
    quote: quoteOf(material, evidence),
    next: NEXT_STEP[options.language][topic],
    role: options.role,
  };
  return options.language === 'ja' ? japanese(parts, facts) : english(parts, facts);
};

type Parts = { tone: Tone; quote: string; next: string; role: string };
type KnownFacts = ReturnType<typeof findFacts>;

const english = ({ tone, quote, next, role }: Parts, facts: KnownFacts): string => {
  const noted = [
    facts.reference && `reference ${facts.reference}`,
    facts.amount && `the amount ${facts.amount}`,
    facts.date && `the date ${facts.date}`,
  ].filter(Boolean);
  const notes = noted.length > 0 ? `Noted: ${noted.join(', ')}.` : '';
  const greeting =
    tone === 'brief' ? `Hello${facts.name ? ` ${facts.name}` : ''},` : `Dear ${facts.name ?? 'customer'},`;
  const opening = {
    warm: 'Thank you for taking the time to write to us. We are sorry for the trouble this has caused you.',
    plain: 'Thank you for your message.',
    brief: '',
  }[tone];
  const understood = `We understand your message as follows: “${quote}”`;
  const closing = tone === 'warm' ? 'If anything is unclear, just reply to this message: we are glad to help.' : '';
  const body =
    tone === 'brief'
      ? [understood, [notes, next].filter(Boolean).join(' ')]
      : [`${opening} ${understood}`, notes, next, closing];
  return [greeting, ...body, `Kind regards,\n${role}`].filter(Boolean).join('\n\n');
};

const japanese = ({ tone, quote, next, role }: Parts, facts: KnownFacts): string => {
  const noted = [
    facts.reference && `番号 ${facts.reference}`,
    facts.amount && `金額 ${facts.amount}`,
    facts.date && `日付 ${facts.date}`,
  ].filter(Boolean);
  const notes = noted.length > 0 ? `確認した内容：${noted.join('、')}。` : '';
  const greeting = `${facts.name ?? 'お客'}様`;
  const opening = {
    warm: 'このたびはご連絡をいただき、誠にありがとうございます。ご不便をおかけし、心よりお詫び申し上げます。',
    plain: 'お問い合わせいただきありがとうございます。',
    brief: 'ご連絡ありがとうございます。',
  }[tone];
  const understood = `お問い合わせの内容を次のとおり承りました：「${quote}」`;
  const closing = tone === 'warm' ? 'ご不明な点がございましたら、このままご返信ください。' : '';
  return [greeting, `${opening}${understood}`, notes, next, closing, role].filter(Boolean).join('\n\n');
};
