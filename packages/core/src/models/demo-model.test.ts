import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEMO_MODEL_ID } from './demo/identity.ts';
import { contentWords, splitSentences } from './demo/language.ts';
import { readPrompt } from './demo/read-prompt.ts';
import { generateWithDemoModel } from './demo-model.ts';
import { type ModelRequestInput, userMessage } from './model-call.ts';

const ask = (prompt: string, more: Partial<ModelRequestInput> = {}) =>
  generateWithDemoModel({
    role: 'Assistant',
    personality: 'plain',
    model: DEMO_MODEL_ID,
    messages: [userMessage(prompt)],
    temperature: 0.7,
    maxTokens: 4_000,
    timeoutMs: 30_000,
    ...more,
  });

const ARTICLE = `The city opened its first tram line on Monday. The tram line runs for eleven kilometres and has eighteen stops. Mayor Ruiz called it a good day. Tickets cost 2.40 euros, as much as the bus. The city expects 40,000 passengers a day on the tram line and wants to build a second tram line by 2030.`;
const ARTICLE_JA =
  '市は月曜日に初めての路面電車を開業した。路面電車の路線は11キロメートルで、18の停留所がある。市長は良い日だと述べた。市は路面電車に1日4万人の乗客を見込み、2030年までに2本目の路線を建設したい考えだ。';

describe('text', () => {
  it('is summarised by its own sentences, as many as asked for', () => {
    const { text } = ask(`Summarise this article in two sentences.\n\nArticle:\n${ARTICLE}`);
    expect(splitSentences(text)).toHaveLength(2);
    for (const sentence of splitSentences(text)) expect(ARTICLE).toContain(sentence);
    expect(text).toContain('tram line');
  });

  it('is summarised in Japanese', () => {
    const { text } = ask(`次の文章を2文で要約してください。\n\n${ARTICLE_JA}`);
    expect(text.split('。').filter(Boolean)).toHaveLength(2);
    expect(text).toContain('路面電車');
    expect(text).not.toContain('要約');
  });

  it.each([
    [
      'Classify this message. Answer with one of: billing, technical, other.\n\nMessage:\nMy card was charged twice.',
      'billing',
    ],
    [
      'Is this positive, neutral or negative? One of: positive, neutral, negative\n\n"""\nI love it, thanks!\n"""',
      'positive',
    ],
    [
      '次のいずれかに分類してください：請求、技術、その他\n\n<message>画面にエラーが表示されて動かないです。</message>',
      '技術',
    ],
    ['Choose from: cats, dogs, birds.\n\nText: The dogs barked all night.', 'dogs'],
    ['One of: billing, technical, other.\n\nText: The weather was fine.', 'other'],
  ])('is classified: %s', (prompt, label) => {
    expect(ask(prompt).text).toBe(label);
  });

  it('gets a list of points, key words or a title', () => {
    expect(ask(`List 3 key points as bullets.\n\n${ARTICLE}`).text.split('\n')).toHaveLength(3);
    expect(ask(`Give 4 keywords.\n\n${ARTICLE}`).text).toMatch(/^[^,]+(?:, [^,]+){3}$/);
    expect(ask(`Give 4 keywords.\n\n${ARTICLE}`).text).toContain('tram line');
    expect(ask(`Write a title for this text.\n\n${ARTICLE}`).text).not.toContain('\n');
  });

  it('gets a reply that says what was understood and nothing made up', () => {
    const message = 'My name is Ana Sousa. Order #B-77 from 2026-11-02 never arrived. Where is my parcel?';
    const { text } = ask(`Draft a reply to this message.\n\n<message>\n${message}\n</message>`, {
      personality: 'warm',
    });
    expect(text).toMatch(/Dear Ana Sousa,[\s\S]*B-77[\s\S]*2026-11-02[\s\S]*carrier/);
  });

  it('is picked from several', () => {
    const drafts = {
      draft_a: 'No.',
      draft_b:
        'Thank you for asking about the refund. We will check your refund for order 12 and please reply if it is late.',
    };
    const prompt = `Pick the better reply to: <question>Where is the refund for order 12?</question>\n<draft_a>${drafts.draft_a}</draft_a>\n<draft_b>${drafts.draft_b}</draft_b>`;
    expect(ask(prompt).text).toBe(drafts.draft_b);
  });

  it('that cannot be translated is not pretended to be', () => {
    expect(ask(`Translate into French:\n\n${ARTICLE}`).text).toContain('cannot translate');
  });

  it('that is missing is said to be', () => {
    expect(ask('Summarise this text:\n\nText:\n').text).not.toBe('');
    expect(ask('').text).toBe('There is no text to work on.');
  });
});

describe('an output schema', () => {
  const TICKET = 'From: Li Wei\nI cannot log in, the password reset fails. It is urgent! Mail me at li@example.com.';

  it('is filled by what its members are called', () => {
    const outputSchema = {
      type: 'object',
      properties: {
        category: { type: 'string', enum: ['billing', 'account', 'other'] },
        is_urgent: { type: 'boolean' },
        customer_name: { type: 'string' },
        email: { type: 'string', format: 'email' },
        confidence: { type: 'number', minimum: 0, maximum: 1 },
        tags: { type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 3 },
        reason: { type: 'string' },
      },
      required: ['category', 'is_urgent', 'customer_name', 'email', 'confidence', 'tags', 'reason'],
    };
    const { output, text } = ask(`Read this ticket.\n\n<ticket>\n${TICKET}\n</ticket>`, { outputSchema });
    expect(output).toMatchObject({
      category: 'account',
      is_urgent: true,
      customer_name: 'Li Wei',
      email: 'li@example.com',
      reason: expect.stringContaining('account'),
    });
    expect(JSON.parse(text)).toEqual(output);
  });

  it('is satisfied whatever ordinary schema it is, and the same way twice', () => {
    const leaf = fc.oneof(
      fc.constant({ type: 'string' }),
      fc.constant({ type: 'string', minLength: 3, maxLength: 12 }),
      fc.constant({ type: 'boolean' }),
      fc.constant({ type: ['number', 'null'], minimum: 2, maximum: 9 }),
      fc.constant({ type: 'integer', minimum: -3 }),
      fc.constant({ enum: ['red', 'green', 5] }),
      fc.constant({ const: 'fixed' }),
      fc.constant({ anyOf: [{ type: 'null' }, { type: 'integer' }] }),
    );
    const names = fc.constantFrom(
      'reason',
      'title',
      'score',
      'reply',
      'items',
      'choice',
      'date',
      'x',
      'email',
      'topic',
    );
    const { schema } = fc.letrec<{ schema: object; leaf: object }>((tie) => ({
      leaf,
      schema: fc.oneof(
        { depthSize: 'small' },
        tie('leaf'),
        fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.integer({ min: 0, max: 3 }) }),
        fc.dictionary(names, tie('schema'), { minKeys: 1, maxKeys: 4 }).map((properties) => ({
          type: 'object',
          properties,
          required: Object.keys(properties),
          additionalProperties: false,
        })),
      ),
    }));
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    fc.assert(
      fc.property(schema, fc.constantFrom(TICKET, ARTICLE, ARTICLE_JA, ''), (inner, text) => {
        const outputSchema = { type: 'object', properties: { result: inner }, required: ['result'] };
        const first = ask(`Read this.\n\n${text}`, { outputSchema });
        expect(ajv.validate(outputSchema, first.output), ajv.errorsText()).toBe(true);
        expect(ask(`Read this.\n\n${text}`, { outputSchema }).output).toEqual(first.output);
      }),
      { numRuns: 150 },
    );
  });

  it('may refer to itself', () => {
    const outputSchema = { type: 'object', properties: { child: { $ref: '#' }, name: { type: 'string' } } };
    expect(ask('Read this.', { outputSchema }).output).toHaveProperty('child.child');
  });
});

describe('the account of a call', () => {
  it('counts tokens and costs nothing', () => {
    const response = ask(`Summarise:\n\n${ARTICLE}`);
    expect(response).toMatchObject({ model: DEMO_MODEL_ID, costUsd: 0, finishReason: 'stop' });
    expect(response.reason).toContain('not an AI');
    expect(response.usage.inputTokens).toBeGreaterThan(60);
    expect(response.usage.outputTokens).toBeGreaterThan(20);
  });

  it('keeps to the limit of tokens and says so', () => {
    const response = ask(`Summarise:\n\n${ARTICLE}`, { maxTokens: 7 });
    expect(response.finishReason).toBe('length');
    expect(response.usage.outputTokens).toBeLessThanOrEqual(7);
    expect(ask(`要約してください。\n\n${ARTICLE_JA}`, { maxTokens: 5 }).text).not.toContain('\uFFFD');
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (prompt) => typeof ask(prompt).text === 'string'),
      { numRuns: 200 },
    );
  });
});

describe('reading', () => {
  it('splits sentences at their ends and nowhere else', () => {
    expect(splitSentences('Dr. Ito paid $3.50. Then he left! Why? "No idea." He said so, e.g. twice.')).toEqual([
      'Dr. Ito paid $3.50.',
      'Then he left!',
      'Why?',
      '"No idea."',
      'He said so, e.g. twice.',
    ]);
    expect(splitSentences('今日は晴れ。「行こう。」と言った。本当？')).toEqual([
      '今日は晴れ。',
      '「行こう。」と言った。',
      '本当？',
    ]);
    expect(splitSentences('- one thing\n- another thing')).toEqual(['one thing', 'another thing']);
  });

  it('counts the forms of a word as one', () => {
    expect(contentWords('invoices invoice')).toEqual([contentWords('invoice')[0], contentWords('invoice')[0]]);
    expect(contentWords('charged charge')).toEqual([contentWords('charge')[0], contentWords('charge')[0]]);
    expect(contentWords('the of and')).toEqual([]);
  });

  it('tells the data from the instruction', () => {
    expect(readPrompt('Classify.\n\nTicket: It is broken.\nReally.')).toMatchObject({
      instruction: 'Classify.',
      material: 'It is broken.\nReally.',
    });
    expect(readPrompt('Summarise: a long text about trams in the city')).toMatchObject({ instruction: 'Summarise' });
    const merged = readPrompt('Merge these:\n\n"""\n{"a": "one", "b": ["two"]}\n"""');
    expect(merged.sections).toEqual([
      { label: 'a', text: 'one' },
      { label: 'b', text: '- two' },
    ]);
  });
});
