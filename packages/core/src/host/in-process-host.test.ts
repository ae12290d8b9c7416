import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../engine/events.ts';
import { runWorkflow } from '../engine/run-workflow.ts';
import { createVirtualClock } from '../engine/testing/virtual-clock.ts';
import { validateWorkflow } from '../graph/validate-workflow.ts';
import { modelRequestSchema, promptOf } from '../models/model-call.ts';
import { startLocalServer } from '../tools/testing/local-server.ts';
import type { CallContext } from './host.ts';
import { createInProcessHost } from './in-process-host.ts';
import { createMemoryFiles } from './memory-files.ts';
import { startMcpServer } from './testing/mcp-server.ts';

const call = (): CallContext => ({
  nodeId: 'a',
  iteration: '',
  attempt: 1,
  index: 0,
  signal: new AbortController().signal,
});

const agentWorkflow = {
  nodes: [
    { id: 'start', type: 'input', name: 'Start', config: { fields: [{ name: 'text' }] } },
    { id: 'sum_up', type: 'agent', name: 'Sum up', config: { prompt: 'Summarise this text: {{ input.text }}' } },
    { id: 'end', type: 'output', name: 'End' },
  ],
  edges: [
    { id: 'e1', source: 'start', target: 'sum_up' },
    { id: 'e2', source: 'sum_up', target: 'end' },
  ],
};

const run = async (host: ReturnType<typeof createInProcessHost>): Promise<EngineEvent[]> => {
  const { definition, problems } = validateWorkflow(agentWorkflow);
  expect(problems).toEqual([]);
  if (!definition) throw new Error('The workflow did not parse.');
  const events: EngineEvent[] = [];
  const input = { text: 'Tea grows on hills. It is picked by hand.' };
  for await (const event of runWorkflow(definition, input, { host })) events.push(event);
  return events;
};

describe('createInProcessHost', () => {
  it('answers agents with the demo model, and says so', async () => {
    const events = await run(createInProcessHost());
    expect(events.at(-1)).toMatchObject({ type: 'execution_completed', results: expect.stringContaining('Tea') });
    expect(events.find((event) => event.type === 'step_completed' && event.nodeId === 'sum_up')).toMatchObject({
      model: 'demo/demo-model',
      costUsd: 0,
      reason: expect.any(String),
    });
  });

  it('asks the model it is given', async () => {
    const calls: unknown[] = [];
    const host = createInProcessHost({
      generate: async (request, { nodeId, attempt, index }) => {
        calls.push({
          nodeId,
          attempt,
          index,
          prompt: promptOf(modelRequestSchema.parse(request)),
          temperature: request.temperature,
        });
        const usage = { inputTokens: 9, outputTokens: 3, cachedInputTokens: 0, reasoningTokens: 0 };
        const answer = {
          text: 'About tea.',
          message: { role: 'assistant' as const, content: [{ type: 'text' as const, text: 'About tea.' }] },
          toolCalls: [],
          cached: false,
          model: 'test/one',
          reason: 'It was asked for.',
          finishReason: 'stop' as const,
        };
        return { ...answer, usage, costUsd: 0.01, durationMs: 5 };
      },
    });
    const events = await run(host);
    expect(calls).toEqual([
      {
        nodeId: 'sum_up',
        attempt: 1,
        index: 0,
        prompt: 'Summarise this text: Tea grows on hills. It is picked by hand.',
        temperature: 0.7,
      },
    ]);
    expect(events.at(-1)).toMatchObject({ results: 'About tea.' });
  });

  it('names the option that it was not given', async () => {
    const host = createInProcessHost();
    const asked = {
      database: host.database.query({ credential: 'orders', sql: 'SELECT 1' }, call()),
      human: host.human.ask({ kind: 'approval', title: 'May I?' }, call()),
      workflow: host.workflow.load({ workflow: 'w1' }, call()),
    };
    for (const [option, answer] of Object.entries(asked)) {
      await expect(answer).rejects.toMatchObject({
        data: { code: 'not_available', hint: `Give the host the option “${option}”.` },
      });
    }
  });

  it('asks the ports that it is given', async () => {
    const human = { ask: async () => ({ kind: 'expired' as const, at: 1 }) };
    const files = createMemoryFiles();
    const host = createInProcessHost({ human, files });
    expect(await host.human.ask({ kind: 'approval', title: 'May I?' }, call())).toEqual({ kind: 'expired', at: 1 });
    expect(host.files).toBe(files);
  });

  it('waits, and tells the time, by its clock', async () => {
    const clock = createVirtualClock();
    const host = createInProcessHost({ clock });
    await host.timer.wait({ ms: 86_400_000 }, call());
    expect(await host.timer.now(call())).toBe(86_400_000);
  });

  it('adds credentials to requests, and takes them nowhere else', async () => {
    const server = await startLocalServer(({ url }) =>
      url === '/away' ? { status: 302, headers: { location: '/elsewhere' } } : { body: '{}' },
    );
    const host = createInProcessHost({ credentials: { shop: (url) => ({ 'X-Key': `for ${url.pathname}` }) } });
    const get = (path: string, credential?: string) =>
      host.http.fetch(
        { method: 'GET', url: `${server.origin}${path}`, headers: { 'x-key': 'mine' }, timeoutMs: 5_000, credential },
        call(),
      );
    await get('/here', 'shop');
    await get('/away');
    await expect(get('/away', 'shop')).rejects.toMatchObject({
      data: { code: 'http_failed', message: expect.stringContaining('redirect') },
    });
    await expect(get('/here', 'other')).rejects.toMatchObject({ data: { code: 'credential_failed' } });
    expect(server.received.map(({ url, headers }) => `${url} ${headers['x-key']}`)).toEqual([
      '/here for /here',
      '/away mine',
      '/elsewhere mine',
      '/away for /away',
    ]);
    await server.close();
  });

  it('asks MCP servers what they offer', async () => {
    const server = await startMcpServer({ token: 'open sesame' });
    const host = createInProcessHost({ credentials: { test: () => ({ Authorization: 'Bearer open sesame' }) } });
    const tools = await host.mcp.listTools({ url: server.url, credential: 'test' }, call());
    expect(tools.map(({ name }) => name)).toContain('add');
    expect(await host.mcp.callTool({ url: server.url, credential: 'test', name: 'mixed' }, call())).toMatchObject({
      isError: false,
    });
    await server.close();
  });
});
