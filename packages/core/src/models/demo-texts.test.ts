import { describe, expect, it } from 'vitest';
import { generateWithDemoModel } from './demo-model.ts';
import { type ModelRequestInput, userMessage } from './model-call.ts';

const ask = (prompt: string, more: Partial<ModelRequestInput> = {}) =>
  generateWithDemoModel({
    role: 'Support',
    personality: 'plain',
    model: 'demo/demo-model',
    messages: [userMessage(prompt)],
    temperature: 0,
    maxTokens: 4_000,
    timeoutMs: 30_000,
    ...more,
  });
const fill = (text: string, properties: Record<string, unknown>) =>
  ask(`Read this.\n\n<text>\n${text}\n</text>`, {
    outputSchema: { type: 'object', properties, required: Object.keys(properties) },
  }).output;
const string = { type: 'string' };

describe('a reply', () => {
  const MESSAGE = 'From: Ana Sousa\nOrder #B-77 for €40.50 from 2026-11-02 never arrived.';

  it.each([
    ['warm and friendly', /^Dear Ana Sousa,[\s\S]*sorry for the trouble[\s\S]*glad to help/],
    ['brief, technical', /^Hello Ana Sousa,\n\nWe understand/],
    ['plain', /^Dear Ana Sousa,\n\nThank you for your message\./],
  ])('has the tone of its manner: %s', (personality, expected) => {
    const { text } = ask(`Draft a reply to this message.\n\n<message>\n${MESSAGE}\n</message>`, { personality });
    expect(text).toMatch(expected);
    expect(text).toContain('Noted: reference B-77, the amount €40.50, the date 2026-11-02.');
  });

  it('notes nothing where there is nothing to note', () => {
    for (const personality of ['plain', 'brief']) {
      const { text } = ask('Draft a reply to this message.\n\n<message>\nPlease help me.\n</message>', { personality });
      expect(text).not.toContain('Noted');
      expect(text).toMatch(/^(?:Dear customer|Hello),/);
    }
  });

  it.each([
    ['丁寧で温かい', /^田中 太郎様[\s\S]*お詫び申し上げます[\s\S]*ご返信ください/],
    ['簡潔', /^田中 太郎様[\s\S]*ご連絡ありがとうございます/],
    ['普通', /^田中 太郎様[\s\S]*お問い合わせいただき/],
  ])('is Japanese for a Japanese message: %s', (personality, expected) => {
    const message =
      'お名前：田中 太郎\n注文番号 A-123 の請求が2026年11月2日に3,000円二重になっています。返金してください。';
    const { text } = ask(`次のメッセージへの返信を書いてください。\n\n<message>\n${message}\n</message>`, {
      personality,
    });
    expect(text).toMatch(expected);
    expect(text).toContain('3,000円');
  });

  it('has no name that was not given', () => {
    const { text } = ask(
      '返信を書いてください。\n\n<message>\nパスワードを忘れてしまい、ログインできません。\n</message>',
    );
    expect(text).toMatch(/^お客様/);
  });
});

describe('a member of a schema', () => {
  const TEXT =
    'From: Li Wei\nCall +81 90 1234 5678 or see https://a.example/x. Ticket #T-9 of 2026-11-02 costs €12.50. The tram line has 18 stops.';

  it.each<[string, Record<string, unknown>, unknown]>([
    ['phone', string, '+81 90 1234 5678'],
    ['website', string, 'https://a.example/x'],
    ['total', string, '€12.50'],
    ['deadline', string, '2026-11-02'],
    ['ticket_id', string, 'T-9'],
    ['sender', string, 'Li Wei'],
    ['language', string, 'en'],
    ['link', { type: 'string', format: 'uri' }, 'https://a.example/x'],
    ['day', { type: 'string', format: 'date' }, '2026-11-02'],
    ['mail', { type: 'string', format: 'email' }, 'unknown@example.com'],
    ['kind', { const: 'fixed' }, 'fixed'],
    ['level', { enum: [1, 2] }, 1],
    ['nothing', { type: 'null' }, null],
    ['merged', { allOf: [{ type: 'string' }, { minLength: 1 }], const: 'x' }, 'x'],
    ['words', { type: 'integer' }, TEXT.split(/\s+/).length],
    ['length', { type: 'integer' }, TEXT.length],
    ['stops', { type: 'integer', minimum: 18, maximum: 18 }, 18],
    ['score', { type: 'number', minimum: 0, maximum: 10 }, 5],
  ])('%s is read from the text', (name, schema, expected) => {
    expect(fill(TEXT, { [name]: schema })).toEqual({ [name]: expected });
  });

  it.each<[string, Record<string, unknown>]>([
    ['title', string],
    ['topic', string],
    ['quote', string],
    ['best', string],
    ['reply', string],
    ['why', string],
  ])('%s is something', (name, schema) => {
    expect(fill(TEXT, { [name]: schema })).toEqual({ [name]: expect.stringMatching(/\S/) });
  });

  it('may be missing in the text, and then is not made up', () => {
    const plain = 'Nothing to see.';
    expect(
      fill(plain, { phone: string, day: { type: 'string', format: 'date' }, link: { type: 'string', format: 'uri' } }),
    ).toEqual({
      phone: '',
      day: '1970-01-01',
      link: 'https://example.com/',
    });
  });

  it('may be a list, of numbers, of choices, of sentences, of objects', () => {
    const list = fill(TEXT, {
      amounts: { type: 'array', items: { type: 'number', minimum: 10, maximum: 20 } },
      facts: { type: 'array', items: string, maxItems: 1 },
      topics: { type: 'array', items: string },
      moods: { type: 'array', items: { enum: ['billing', 'shipping'] }, minItems: 1 },
      parts: { type: 'array', items: { type: 'object', properties: { title: string } } },
      flags: { type: 'array', items: { type: 'boolean' } },
    });
    expect(list).toMatchObject({
      amounts: expect.arrayContaining([12.5, 18]),
      facts: [expect.any(String)],
      moods: [expect.any(String)],
      flags: [false],
    });
    expect(list).toHaveProperty('parts.0.title');
  });

  it('that chooses among drafts names the winner and says why', () => {
    const drafts =
      '<draft_a>No.</draft_a>\n<draft_b>Thank you, we will check your refund of €12 today, please wait.</draft_b>';
    const { output } = ask(`Pick the better reply.\n\n<question>Where is the refund?</question>\n${drafts}`, {
      outputSchema: {
        type: 'object',
        properties: { winner: { type: 'string', enum: ['draft_a', 'draft_b'] }, reason: string },
      },
    });
    expect(output).toMatchObject({ winner: 'draft_b', reason: expect.stringContaining('draft_b') });
  });
});

describe('an instruction', () => {
  const TEXT = 'The tram opened on Monday. It has eighteen stops. Tickets cost 2.40 euros.';

  it.each([
    [`Write a title.\n\nText: ${TEXT}`, /^[A-Z].+[^.]$/],
    [`List two key points.\n\n"""\n${TEXT}\n"""`, /^- .+\n- .+$/],
    [`要点を2つ箇条書きにしてください。\n\n本文：路面電車が開業した。停留所は18ある。料金は安い。`, /^- .+\n- .+$/],
    ['キーワードを3個。\n\n本文：路面電車の料金は路面電車の停留所で決まる。', /、/],
    ['英訳してください。\n\n本文：路面電車が開業した。', /翻訳できません/],
    [`Choose the better of these.\n\n{"option_a": "No.", "option_b": "Thank you, please take 2 trams."}`, /^Thank you/],
    [`Summarise: ${TEXT}`, /tram/],
    [`${TEXT}`, /tram/],
    ['要約してください。', /\S/],
  ])('is followed: %s', (prompt, expected) => {
    expect(ask(prompt).text).toMatch(expected);
  });
});
