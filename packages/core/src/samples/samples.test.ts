import { describe, expect, it } from 'vitest';
import { applyDefinition, definitionToDraft, draftToDefinition } from '../draft/draft-document.ts';
import type { EngineEvent } from '../engine/events.ts';
import { runWorkflow } from '../engine/run-workflow.ts';
import { validateWorkflow } from '../graph/validate-workflow.ts';
import { createInProcessHost } from '../host/in-process-host.ts';
import { DEMO_MODEL_ID } from '../models/demo/identity.ts';
import { prepareInput } from '../nodes/input/check-input.ts';
import type { Sample } from './sample.ts';
import { SAMPLES } from './samples.ts';

const sample = (id: string): Sample => SAMPLES.find((one) => one.id === id) ?? expect.unreachable(`no sample ${id}`);

const run = async ({ definition }: Sample, input: unknown) => {
  const events: EngineEvent[] = [];
  for await (const event of runWorkflow(definition, input, { host: createInProcessHost() })) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'execution_completed') throw new Error(JSON.stringify(events.slice(-3)));
  return { results: last.results, events };
};

const stepsOf = (events: EngineEvent[], type: 'step_completed' | 'step_skipped') =>
  events.flatMap((event) => (event.type === type ? [event.nodeId] : []));

describe.each(SAMPLES)('the sample $id', (one) => {
  it('is valid, without a warning', () => {
    expect(validateWorkflow(one.definition).problems).toEqual([]);
  });

  it('starts from its own defaults', () => {
    expect(prepareInput(one.definition, {})).toEqual({ input: one.exampleInput, problems: [] });
  });

  it('survives the draft', () => {
    const doc = definitionToDraft(one.definition);
    expect(draftToDefinition(doc)).toEqual(one.definition);
    applyDefinition(doc, { ...one.definition, nodes: [], edges: [] }, 'test');
    expect(draftToDefinition(doc).nodes).toEqual([]);
  });

  it('lies on the canvas from left to right, no node on another', () => {
    const { nodes, edges } = one.definition;
    const positions = new Map(nodes.map(({ id, position }) => [id, position]));
    for (const { source, target } of edges) {
      expect((positions.get(target)?.x ?? 0) - (positions.get(source)?.x ?? 0)).toBeGreaterThanOrEqual(320);
    }
    for (const a of nodes) {
      for (const b of nodes) {
        // What lies in a container is placed within it.
        if (a === b || a.parent !== b.parent) continue;
        const apart = Math.abs(a.position.x - b.position.x) >= 320 || Math.abs(a.position.y - b.position.y) >= 176;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
    }
  });

  it('has its words in both languages', () => {
    for (const words of [one.name, one.description]) {
      expect(words.en).not.toBe('');
      expect(words.ja).toMatch(/[\u3041-\u30ff]/);
    }
  });
});

describe('ticket triage on the demo model', () => {
  const triage = sample('ticket-triage');

  it('answers the example as an urgent billing question', async () => {
    const { results, events } = await run(triage, triage.exampleInput);
    expect(results).toMatchObject({
      category: 'billing',
      urgency: 'high',
      reply: expect.stringMatching(/Maria Keller[\s\S]*A-20417[\s\S]*\$49\.00/),
      chosen: expect.stringMatching(/^draft_(warm|concise)$/),
      why: expect.stringContaining('points by rule'),
    });
    expect(stepsOf(events, 'step_skipped')).toEqual(['set_aside']);
    const agents = events.flatMap((event) => (event.type === 'step_completed' && event.model ? [event] : []));
    expect(agents.map(({ nodeId }) => nodeId).sort()).toEqual(['classify', 'draft_concise', 'draft_warm', 'pick']);
    for (const { model, costUsd, usage } of agents) {
      expect({ model, costUsd }).toEqual({ model: DEMO_MODEL_ID, costUsd: 0 });
      expect(usage?.inputTokens).toBeGreaterThan(20);
    }
    const outputs = agents.filter(({ nodeId }) => nodeId.startsWith('draft_')).map(({ output }) => output);
    expect(outputs[0]).not.toBe(outputs[1]);
  });

  it('sets spam aside without a draft', async () => {
    const message = 'CONGRATULATIONS! You are the winner of our lottery. Click here to claim your prize: free money!';
    const { results, events } = await run(triage, { message });
    expect(results).toMatchObject({ category: 'spam', reply: null });
    expect(stepsOf(events, 'step_completed')).not.toContain('draft_warm');
  });

  it.each([
    ['The app crashes with error 500 when I upload a file. No rush, just wondering.', 'technical', 'low'],
    ['I cannot log in: my password reset mail never arrives and the account is locked.', 'account', 'medium'],
    ['Where is my parcel? The tracking page says delivered but nothing arrived.', 'shipping', 'medium'],
    ['至急：先月の請求が二重に引き落とされています。返金をお願いします。', 'billing', 'high'],
    ['パスワードを忘れてログインできません。', 'account', 'medium'],
  ])('sorts “%s”', async (message, category, urgency) => {
    const { results } = await run(triage, { message });
    expect(results).toMatchObject({ category, urgency });
  });

  it('answers a Japanese ticket in Japanese', async () => {
    const message = '田中と申します。注文番号 B-778 の請求が二重です。5,400円の返金をお願いします。';
    const { results } = await run(triage, { message });
    expect(results).toMatchObject({ reply: expect.stringMatching(/田中様[\s\S]*B-778[\s\S]*5,400円/) });
  });
});

describe('document digest on the demo model', () => {
  it('has a summary, five points and terms, all from the text', async () => {
    const digest = sample('document-digest');
    const { results } = await run(digest, digest.exampleInput);
    const text = String(results);
    const [, summary = '', points = '', terms = ''] = text.split(/## .+\n\n/).map((part) => part.trim());
    const document = String(digest.exampleInput.document).replace(/\s+/g, ' ');
    expect(summary.split(/(?<=\.) (?=[A-Z])/)).toHaveLength(3);
    for (const sentence of summary.split(/(?<=\.) (?=[A-Z])/)) expect(document).toContain(sentence);
    expect(points.split('\n')).toHaveLength(5);
    for (const point of points.split('\n')) expect(document).toContain(point.replace(/^- /, ''));
    expect(terms.split(', ').length).toBe(6);
    expect(terms).toMatch(/data centre|system/);
  });
});

describe('data check', () => {
  const check = sample('data-check');

  it('reports each bad row of the example', async () => {
    const { results } = await run(check, check.exampleInput);
    expect(results).toEqual({
      accepted: false,
      message: '4 problems in 6 rows.',
      problems: [
        'Row 2, email: This is no e-mail address.',
        'Row 3, amount: The amount must be 0 or more.',
        'Row 4, id: The id 3 appears twice.',
        'Row 5, name: The name is missing.',
      ],
    });
  });

  it('lets clean rows through', async () => {
    const rows = [{ id: 1, name: 'A', email: 'a@example.com', amount: 1_234.5 }];
    const { results, events } = await run(check, { rows, maxProblems: 0 });
    expect(results).toEqual({ accepted: true, message: '1 rows with a total of 1,234.50 can be imported.' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'step_log', message: '1 rows, 0 problems' }));
  });
});

describe('reviewed article on the demo model', () => {
  const article = sample('reviewed-article');

  it('goes round until the review is content, with figures from the notes only', async () => {
    const { results, events } = await run(article, article.exampleInput);
    expect(results).toMatchObject({ passed: true, text: expect.any(String), rounds: expect.any(Number) });
    const { text, rounds, score } = results as { text: string; rounds: number; score: number };
    expect(score).toBeGreaterThanOrEqual(0.7);
    expect(text).not.toMatch(/^[-*•]/m);
    for (const figure of text.match(/\d[\d,.]*\d/g) ?? []) expect(article.exampleInput.notes).toContain(figure);
    const written = events.filter((event) => event.type === 'step_completed' && event.nodeId === 'write');
    expect(written).toHaveLength(rounds);
  });
});

describe('batch of reviews on the demo model', () => {
  const batch = sample('review-batch');

  it('judges each review and counts by product', async () => {
    const { results, events } = await run(batch, batch.exampleInput);
    expect(results).toMatchObject({
      positive: 3,
      negative: 3,
      products: { Kettle: { positive: 1, negative: 1 }, Blender: { positive: 1, negative: 1 } },
    });
    const rounds = events.flatMap((event) =>
      event.type === 'step_completed' && event.nodeId === 'judge' ? [event.iteration] : [],
    );
    expect(rounds.sort()).toEqual([0, 1, 2, 3, 4, 5].map((index) => `each[${index}]`));
  });

  it('takes any number of reviews, none as well', async () => {
    const one = [{ product: 'Kettle', text: 'I love it.' }];
    expect((await run(batch, { reviews: one })).results).toMatchObject({ positive: 1, negative: 0 });
    expect((await run(batch, { reviews: [] })).results).toMatchObject({ positive: 0, negative: 0 });
  });
});

describe('team briefing on the demo model', () => {
  const briefing = sample('team-briefing');

  it('shares the task out by skills, every word of it by message', async () => {
    const { results, events } = await run(briefing, briefing.exampleInput);
    expect(results).toMatchObject({ answer: expect.stringContaining('$12,900'), complexity: expect.any(String) });
    const parts = (results as { parts: string[] }).parts.join();
    for (const id of ['analyst', 'lawyer', 'editor']) expect(parts).toContain(id);
    const messages = events.flatMap((event) => (event.type === 'message' ? [event.message] : []));
    expect(messages.map(({ kind }) => kind).sort()).toEqual([
      ...Array.from({ length: 3 }, () => 'request'),
      ...Array.from({ length: 3 }, () => 'response'),
    ]);
  });
});
