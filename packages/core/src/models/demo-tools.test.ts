import { describe, expect, it } from 'vitest';
import { findExpression } from './demo/use-tools.ts';
import { generateWithDemoModel, streamWithDemoModel } from './demo-model.ts';
import { type ModelMessage, type ModelRequestInput, type ModelTool, userMessage } from './model-call.ts';

const requestOf = (messages: ModelMessage[], more: Partial<ModelRequestInput> = {}): ModelRequestInput => ({
  role: 'Assistant',
  personality: 'plain',
  model: 'demo/demo-model',
  messages,
  temperature: 0,
  maxTokens: 4_000,
  timeoutMs: 30_000,
  ...more,
});
const ask = (prompt: string, more: Partial<ModelRequestInput> = {}) =>
  generateWithDemoModel(requestOf([userMessage(prompt)], more));

const toolOf = (name: string, properties: Record<string, unknown>, description = ''): ModelTool => ({
  name,
  description,
  inputSchema: { type: 'object', properties, required: Object.keys(properties) },
});
const string = { type: 'string' };
const CALCULATOR = toolOf('calculator', { expression: string });
const CLOCK = toolOf('current_time', { timezone: string });
const SEARCH = toolOf('web_search', { query: string }, 'Searches the web.');
const TOOLS = [
  CALCULATOR,
  CLOCK,
  SEARCH,
  toolOf('database_query', { sql: string }),
  toolOf('http_request', { url: string }),
  toolOf('file_read', { path: string }),
  toolOf('file_list', { prefix: string }),
  toolOf('file_write', { path: string, content: string }),
  toolOf('ask_person', { question: string }),
  toolOf('create_ticket', { title: string, email: string }),
];

describe('tools', () => {
  it.each([
    ['What is 12 * (3 + 4)?', 'calculator', { expression: '12 * (3 + 4)' }],
    ['How much is 1,200 plus 19?', 'calculator', { expression: '1200 + 19' }],
    ['What is 15% of 240?', 'calculator', { expression: '15 / 100 * 240' }],
    ['What time is it in Tokyo?', 'current_time', { timezone: 'Asia/Tokyo' }],
    ['今日は何日ですか。', 'current_time', {}],
    ['Search the web for tram lines in Lisbon.', 'web_search', { query: 'tram lines in Lisbon' }],
    ['Run this: SELECT count(*) FROM orders;', 'database_query', { sql: 'SELECT count(*) FROM orders' }],
    ['Get https://example.com/a.json.', 'http_request', { url: 'https://example.com/a.json' }],
    ['Summarise what stands in reports/may.csv', 'file_read', { path: 'reports/may.csv' }],
    ['Which files are there?', 'file_list', {}],
    [
      'Ask a person whether the refund is fine.',
      'ask_person',
      { question: 'Ask a person whether the refund is fine.' },
    ],
    ['Use create_ticket for this. My mail is a@b.com', 'create_ticket', { email: 'a@b.com' }],
  ])('are called where the prompt plainly asks for one: %s', (prompt, name, input) => {
    const response = ask(prompt, { tools: TOOLS });
    expect(response).toMatchObject({ text: '', finishReason: 'tool_calls', toolCalls: [{ name, input }] });
    expect(response.message.content).toEqual(response.toolCalls);
    expect(response.usage.outputTokens).toBeGreaterThan(0);
    expect(ask(prompt, { tools: TOOLS })).toMatchObject({ toolCalls: response.toolCalls });
  });

  it('are called several at once', () => {
    const { toolCalls } = ask('What is 2 + 2, and what time is it in London?', { tools: TOOLS });
    expect(toolCalls.map(({ name }) => name)).toEqual(['calculator', 'current_time']);
    expect(new Set(toolCalls.map(({ callId }) => callId)).size).toBe(2);
  });

  it('are not called where nothing asks for them, or they are not allowed', () => {
    expect(ask('Summarise: The tram opened on Monday.', { tools: TOOLS }).toolCalls).toEqual([]);
    expect(ask('What is 2 + 2?', { tools: TOOLS, toolChoice: 'none' }).toolCalls).toEqual([]);
    expect(ask('What is 2 + 2?').toolCalls).toEqual([]);
  });

  it('are called anyway where one is required', () => {
    expect(ask('Hello.', { tools: [SEARCH], toolChoice: 'required' }).toolCalls).toMatchObject([
      { name: 'web_search' },
    ]);
  });

  const conversationAfter = (
    prompt: string,
    results: { name: string; input: unknown; output: unknown; isError?: boolean }[],
  ) => {
    const ids = results.map((_, index) => `demo_${index + 1}`);
    return [
      userMessage(prompt),
      {
        role: 'assistant' as const,
        content: results.map(({ name, input }, i) => ({
          type: 'tool_call' as const,
          callId: ids[i] ?? '',
          name,
          input,
        })),
      },
      {
        role: 'tool' as const,
        content: results.map(({ name, output, isError = false }, i) => ({
          type: 'tool_result' as const,
          callId: ids[i] ?? '',
          name,
          output,
          isError,
        })),
      },
    ];
  };

  it.each([
    ['calculator', { expression: '2 + 2' }, { expression: '2 + 2', result: 4 }, '2 + 2 = 4'],
    [
      'current_time',
      {},
      { date: '2026-11-21', time: '09:00:00', weekday: 'Saturday', timezone: 'UTC' },
      'It is 09:00:00 on Saturday, 2026-11-21 (UTC).',
    ],
    [
      'web_search',
      { query: 'x' },
      { results: [{ title: 'Trams', snippet: 'Eighteen stops.', url: 'https://a.example' }] },
      '- Trams: Eighteen stops. (https://a.example)',
    ],
    ['file_read', { path: 'a.txt' }, 'Tea grows on hills.', 'Tea grows on hills.'],
    ['http_request', { url: 'u' }, { status: 200 }, '{\n  "status": 200\n}'],
  ])('lead to an answer: %s', (name, input, output, text) => {
    const messages = conversationAfter('What is 2 + 2, today? Search for x in a.txt https://u.example', [
      { name, input, output },
    ]);
    const rest = TOOLS.filter((tool) => tool.name === name);
    expect(generateWithDemoModel(requestOf(messages, { tools: rest }))).toMatchObject({ text, finishReason: 'stop' });
  });

  it('that fail are told of, not made up', () => {
    const failed = [{ name: 'calculator', input: {}, output: { error: 'divided by 0' }, isError: true }];
    expect(
      generateWithDemoModel(requestOf(conversationAfter('What is 1 / 0?', failed), { tools: [CALCULATOR] })).text,
    ).toContain('The tool calculator failed: "divided by 0"');
    expect(
      generateWithDemoModel(requestOf(conversationAfter('1 / 0 は？', failed), { tools: [CALCULATOR] })).text,
    ).toContain('失敗');
  });

  it('write down what the others found', () => {
    const prompt = 'What is 2 + 2? Save the answer to a file notes/sum.md';
    const messages = conversationAfter(prompt, [
      { name: 'calculator', input: {}, output: { expression: '2 + 2', result: 4 } },
    ]);
    const { toolCalls } = generateWithDemoModel(requestOf(messages, { tools: TOOLS }));
    expect(toolCalls).toMatchObject([{ name: 'file_write', input: { path: 'notes/sum.md', content: '2 + 2 = 4' } }]);
  });

  it('fill an output schema with what they gave', () => {
    const outputSchema = { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] };
    const messages = conversationAfter('What is 40 + 2?', [
      { name: 'calculator', input: {}, output: 'The total is 42.' },
    ]);
    expect(generateWithDemoModel(requestOf(messages, { tools: [CALCULATOR], outputSchema })).output).toEqual({
      total: 42,
    });
  });

  it('find arithmetic and nothing that only looks like it', () => {
    expect(findExpression('On 2026-11-21 at https://a.example/1-2 or 3/4/2026')).toBeUndefined();
    expect(findExpression('Room 12 is free.')).toBeUndefined();
    expect(findExpression('It costs $12.50 × 4')).toBe('12.50 * 4');
    expect(findExpression('十個で 240の15% ではなく 15%の240')).toBe('15 / 100 * 240');
  });
});

describe('judging', () => {
  const VERDICT = {
    type: 'object',
    properties: {
      reasons: { type: 'array', items: { type: 'string' } },
      score: { type: 'number', minimum: 0, maximum: 1 },
      feedback: { type: 'string' },
    },
    required: ['reasons', 'score', 'feedback'],
  };
  const judge = (criterion: string, output: string, outputSchema: Record<string, unknown> = VERDICT) =>
    ask(
      `Judge the output below by this criterion and by nothing else:\n\n${criterion}\n\n<output>\n${output}\n</output>`,
      {
        outputSchema,
      },
    ).output;

  it.each([
    ['It has at most 2 sentences.', 'One. Two.', 1, ''],
    ['It has at most 2 sentences.', 'One. Two. Three.', 0.5, 'Use at most 2 sentences.'],
    ['It has fewer than four words.', 'One two three four', 0.5, 'Use at most 3 words.'],
    ['It has at least 3 sentences.', 'One.', 0.5, 'Use at least 3 sentences.'],
    ['It has more than 3 characters.', 'abc', 0.5, 'Use at least 4 characters.'],
    ['It has exactly two sentences.', 'One.', 0.67, 'Use at least 2 sentences.'],
    ['It mentions “refund”.', 'We refund you.', 1, ''],
    ['It mentions “refund” and “date”.', 'We refund you.', 0.67, 'Mention “date”.'],
    ['It does not say “sorry”.', 'Sorry for that.', 0.5, 'Leave out “sorry”.'],
    ['It is a bullet list.', '- one\n- two', 1, ''],
    ['It is valid JSON.', '{"a":1}', 1, ''],
    ['It is valid JSON.', '{a}', 0.5, 'Give JSON.'],
    ['2文以内である。', '一。二。三。', 0.5, 'Use at most 2 sentences.'],
    ['It is well written.', 'A whole sentence.', 1, ''],
    ['It is well written.', 'A sentence without', 0.5, 'End with a whole sentence.'],
  ])('%s %s', (criterion, output, score, feedback) => {
    const verdict = judge(criterion, output);
    expect(verdict).toMatchObject({ score, feedback });
    expect(verdict).toHaveProperty('reasons.0');
  });

  it('keeps to the scale that the schema gives', () => {
    const scale = { type: 'integer', minimum: 1, maximum: 5 };
    const schema = { type: 'object', properties: { score: scale, reasons: { type: 'string' } } };
    expect(judge('It has at most 2 sentences.', 'One. Two. Three.', schema)).toMatchObject({
      score: 3,
      reasons: expect.stringContaining('3 sentences'),
    });
  });
});

describe('feedback', () => {
  const TEXT =
    'The tram opened on Monday. It has eighteen stops. Tickets cost 2.40 euros. A second line follows by 2030.';
  const again = (answer: string, feedback: string) =>
    generateWithDemoModel(
      requestOf([
        userMessage(`Summarise this text.\n\n${TEXT}`),
        { role: 'assistant', content: [{ type: 'text', text: answer }] },
        userMessage(`Your answer was judged and sent back.\n\nWhat to do better: ${feedback}`),
      ]),
    ).text;

  it.each([
    ['The tram opened on Monday. It has eighteen stops.', 'Use at most 1 sentence.', /^The tram opened on Monday\.$/],
    ['The tram opened on Monday.', 'Use at least 3 sentences.', /^(?:[^.]+\.){3,}/],
    ['The tram opened on Monday.', 'Mention “Tickets”.', /Tickets cost 2\.40 euros/],
    ['The tram opened on Monday.', 'Mention “harbour”.', /harbour\./],
    ['The tram opened on Monday. It has eighteen stops.', 'Leave out “eighteen”.', /^The tram opened on Monday\.$/],
    ['The tram opened on Monday. It has eighteen stops.', 'Give a list.', /^- The tram[^\n]+\n- It has/],
    ['The tram opened on Monday.', 'Use at most 3 words.', /^The tram opened$/],
    ['The tram opened on Monday.', 'Use at most 10 characters.', /^.{1,10}$/],
    ['The tram opened on Monday. It has eighteen stops.', 'Make it shorter.', /^[^.]+\.$/],
    ['The tram opened on Monday.', 'It could be better.', /^The tram opened on Monday\. .+/],
  ])('on “%s”: %s', (answer, feedback, expected) => {
    expect(again(answer, feedback)).toMatch(expected);
  });

  it('is understood as what a judge of the same kind says', () => {
    const feedback = 'Mention “2030”. Use at most 2 sentences.';
    const improved = again('The tram opened on Monday. It has eighteen stops. Tickets cost 2.40 euros.', feedback);
    expect(improved).toContain('2030');
    expect(improved.split('. ').length).toBeLessThanOrEqual(2);
  });

  it('about the form of an answer leads back to the question', () => {
    const outputSchema = { type: 'object', properties: { summary: { type: 'string' } }, required: ['summary'] };
    const messages: ModelMessage[] = [
      userMessage(`Summarise this text.\n\n${TEXT}`),
      { role: 'assistant', content: [{ type: 'text', text: 'no JSON' }] },
      userMessage('Your answer cannot be used. It is no JSON.\nAnswer again with nothing but JSON.'),
    ];
    const { output } = generateWithDemoModel(requestOf(messages, { outputSchema }));
    expect(output).toEqual({ summary: expect.stringMatching(/tram|Tickets/) });
  });
});

describe('routes', () => {
  const LIST =
    '- money (Billing: invoices, refunds and prices)\n- machines (Technical: things that do not work)\n- default (nothing else fits)';
  const promptOf = (subject: string) =>
    `Decide which route the subject below takes. The routes are\n\n${LIST}\n\n<subject>\n${subject}\n</subject>`;
  const route = { type: 'string', enum: ['money', 'machines', 'default'] };

  it.each([
    ['I want a refund for two invoices.', 'money'],
    ['My screen shows an error and the app crashes.', 'machines'],
    ['The weather is fine.', 'default'],
  ])('are chosen by their descriptions: %s', (subject, expected) => {
    const outputSchema = {
      type: 'object',
      properties: { reason: { type: 'string' }, route },
      required: ['reason', 'route'],
    };
    expect(ask(promptOf(subject), { outputSchema }).output).toMatchObject({
      route: expected,
      reason: expect.any(String),
    });
  });

  it('are chosen several at once', () => {
    const outputSchema = {
      type: 'object',
      properties: { routes: { type: 'array', items: route } },
      required: ['routes'],
    };
    const subject = 'The invoice is wrong, I want a refund. Also the app shows an error and crashes.';
    expect(ask(promptOf(subject), { outputSchema }).output).toEqual({
      routes: expect.arrayContaining(['money', 'machines']),
    });
    expect(ask(promptOf('The weather is fine.'), { outputSchema }).output).toEqual({ routes: [] });
  });
});

describe('a team', () => {
  const subtask = {
    type: 'object',
    properties: {
      title: { type: 'string' },
      task: { type: 'string' },
      skills: { type: 'array', items: { type: 'string', enum: ['research', 'writing'] } },
      dependsOn: { type: 'array', items: { type: 'number' } },
      specialist: { type: 'string', enum: ['researcher', 'writer'] },
    },
    required: ['title', 'task', 'skills', 'dependsOn', 'specialist'],
  };
  const planSchema = {
    type: 'object',
    properties: {
      complexity: { enum: ['simple', 'moderate', 'complex'] },
      reason: { type: 'string' },
      subtasks: { type: 'array', items: subtask, minItems: 1 },
    },
    required: ['complexity', 'reason', 'subtasks'],
  };
  const plan = (task: string, most = 5) =>
    ask(
      `Split it into subtasks. At most ${most} subtasks.\n\nThe team:\n- researcher (Rin): finds facts. Skills: research.\n- writer (Wes): writes texts. Skills: writing.\n\n<task>\n${task}\n</task>`,
      { outputSchema: planSchema },
    ).output;

  it('gets the parts that a task names, by what each member can do', () => {
    expect(plan('1. Research the facts on tea\n2. Then write a text about it')).toMatchObject({
      complexity: 'moderate',
      subtasks: [
        { task: 'Research the facts on tea', specialist: 'researcher', skills: ['research'], dependsOn: [] },
        { task: 'Then write a text about it', specialist: 'writer', skills: ['writing'], dependsOn: [1] },
      ],
    });
  });

  it('shares a task in one piece, and the last has what the others found', () => {
    expect(plan('A report on tea')).toMatchObject({
      subtasks: [
        { specialist: 'researcher', dependsOn: [] },
        { specialist: 'writer', dependsOn: [1] },
      ],
    });
    expect(plan('A report on tea', 1)).toMatchObject({
      complexity: 'simple',
      subtasks: [{ specialist: 'researcher' }],
    });
    expect(plan('One thing. Two things. Three things. Four things.')).toMatchObject({ complexity: 'complex' });
  });

  it('is done after one round', () => {
    const outputSchema = {
      type: 'object',
      properties: {
        done: { type: 'boolean' },
        reason: { type: 'string' },
        subtasks: { type: 'array', items: subtask },
      },
    };
    expect(ask('Decide whether these results are all.', { outputSchema }).output).toMatchObject({
      done: true,
      subtasks: [],
    });
  });

  it('has its results put together', () => {
    const results =
      '<result_t1>\nFacts\n\nTea grows on hills.\n</result_t1>\n\n<result_t2>\nText\n\nIt is picked by hand.\n</result_t2>';
    expect(ask(`Combine what your team has found into one text.\n\n<task>\nOn tea\n</task>\n\n${results}`).text).toBe(
      'Tea grows on hills.\n\nIt is picked by hand.',
    );
  });
});

describe('a stream', () => {
  it('brings the same text in pieces', () => {
    const pieces: string[] = [];
    const request = requestOf([userMessage('Summarise: The tram opened on Monday.')]);
    const response = streamWithDemoModel(request, { onDelta: (text) => pieces.push(text) });
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.join('')).toBe(response.text);
    const aborted = AbortSignal.abort(new Error('cancelled'));
    expect(() => streamWithDemoModel(request, { signal: aborted, onDelta: () => undefined })).toThrow('cancelled');
  });
});
