import { describe, expect, it } from 'vitest';
import { workflowDefinitionSchema } from '../definition/workflow-definition.ts';
import type { CallContext, Host } from '../host/host.ts';
import { createInProcessHost, type InProcessHostOptions } from '../host/in-process-host.ts';
import { isSuspended, Suspended } from '../host/suspended.ts';
import { modelToolSchema } from '../models/model-call.ts';
import { bindTools } from './bind-tools.ts';
import { type ConfiguredToolInput, configuredToolSchema } from './configured-tool.ts';
import type { BindContext, BoundTool } from './tool.ts';

const contextFor = (options: InProcessHostOptions = {}, runNested?: BindContext['runNested']) => {
  let index = 0;
  const signal = new AbortController().signal;
  return {
    host: createInProcessHost(options),
    nextCall: (): CallContext => ({ nodeId: 'a', iteration: '', attempt: 1, index: index++, signal }),
    signal,
    log: () => undefined,
    ...(runNested ? { runNested } : {}),
  };
};

const bind = async (tools: ConfiguredToolInput[], context = contextFor()): Promise<BoundTool[]> =>
  bindTools(
    tools.map((tool) => configuredToolSchema.parse(tool)),
    context,
  );

const offered = [
  {
    name: 'orders/find',
    description: 'Finds orders.',
    inputSchema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { id: { type: 'integer' } },
      required: ['id'],
      additionalProperties: false,
    },
    readOnly: true,
    idempotent: true,
  },
  { name: 'odd', description: '', inputSchema: { type: 'no such type' }, readOnly: false, idempotent: false },
];

const mcp = (calls: unknown[]): Host['mcp'] => ({
  listTools: async (request) => {
    calls.push(request);
    return offered;
  },
  callTool: async (request) => {
    calls.push(request);
    return { text: 'found', isError: false };
  },
});

const MCP_URL = 'https://mcp.example.com/mcp';

describe('bound tools', () => {
  it('are tools as models take them', async () => {
    const tools = await bind([
      { tool: 'calculator' },
      { tool: 'http_request', settings: { baseUrl: 'https://api.example.com' } },
      { tool: 'file_read' },
    ]);
    expect(tools.map(({ name }) => name)).toEqual(['calculator', 'http_request', 'file_read']);
    for (const { run: _, touches: __, ...tool } of tools) {
      expect(modelToolSchema.parse(tool)).toEqual(tool);
      expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(JSON.stringify(tool.inputSchema)).not.toMatch(/propertyNames|\$schema/);
    }
    expect(tools[0]?.inputSchema.required).toEqual(['expression']);
    expect(tools[1]?.inputSchema.required).toEqual(['url']);
    expect(tools[1]?.description).toContain('https://api.example.com');
  });

  it('run', async () => {
    const [calculator] = await bind([{ tool: 'calculator' }]);
    expect(await calculator?.run({ expression: '2 + 3 * 4' }, contextFor())).toMatchObject({ result: 14 });
  });

  it('have names of their own, also where two are the same', async () => {
    const tools = await bind([
      { tool: 'calculator' },
      { tool: 'calculator' },
      { tool: 'calculator', name: 'calculator_2' },
      { tool: 'calculator', name: 'sums', description: 'For money.' },
    ]);
    expect(tools.map(({ name }) => name)).toEqual(['calculator', 'calculator_2', 'calculator_2_2', 'sums']);
    expect(tools[3]?.description).toMatch(/^For money\.\n\n/);
  });

  it('keep a long name within what models take', async () => {
    const name = 'x'.repeat(64);
    const tools = await bind([
      { tool: 'calculator', name },
      { tool: 'calculator', name },
    ]);
    expect(tools[1]?.name).toBe(`${'x'.repeat(62)}_2`);
  });

  it('name the field that does not fit', async () => {
    const [tool] = await bind([{ tool: 'http_request', name: 'api' }]);
    await expect(tool?.run({ method: 'STEAL', surprise: 1 }, contextFor())).rejects.toMatchObject({
      data: {
        code: 'tool_failed',
        message: expect.stringMatching(
          /^api was not called: (?=.*url is missing)(?=.*method must be)(?=.*surprise is not a known field)/,
        ),
      },
    });
    await expect(tool?.run('text', contextFor())).rejects.toMatchObject({
      data: { code: 'tool_failed', message: expect.stringContaining('the input must be an object') },
    });
    await expect(tool?.run(undefined, contextFor())).rejects.toMatchObject({ data: { code: 'tool_failed' } });
  });

  it('let a wait through', async () => {
    const human = { ask: () => Promise.reject(new Suspended({ kind: 'human' })) };
    const context = contextFor({ human });
    const [tool] = await bind([{ tool: 'ask_person' }], context);
    await expect(tool?.run({ question: 'May I?' }, context)).rejects.toSatisfy(isSuspended);
  });
});

describe('an MCP server', () => {
  it('gives its tools, each under a name that models take', async () => {
    const calls: unknown[] = [];
    const context = contextFor({ mcp: mcp(calls) });
    const tools = await bind(
      [
        { tool: 'mcp', settings: { url: MCP_URL, credential: 'shop' } },
        { tool: 'mcp', name: 'shop', settings: { url: MCP_URL, tools: ['orders/find'] } },
      ],
      context,
    );
    expect(tools.map(({ name }) => name)).toEqual(['orders_find', 'odd', 'shop_orders_find']);
    expect(await tools[0]?.run({ id: 7 }, context)).toBe('found');
    expect(await tools[1]?.run(undefined, context)).toBe('found');
    const server = { url: MCP_URL, credential: 'shop', timeoutMs: 30_000 };
    expect(calls).toEqual([
      server,
      { ...server, credential: undefined },
      { ...server, name: 'orders/find', arguments: { id: 7 } },
      { ...server, name: 'odd', arguments: {} },
    ]);
  });

  it('is not called with what does not fit', async () => {
    const context = contextFor({ mcp: mcp([]) });
    const [tool] = await bind([{ tool: 'mcp', settings: { url: MCP_URL } }], context);
    await expect(tool?.run({ id: 'seven', more: 1 }, context)).rejects.toMatchObject({
      data: { code: 'tool_failed', message: expect.stringMatching(/(?=.*id must be integer)(?=.*more)/) },
    });
  });

  it('that lacks a chosen tool is told, with what it offers', async () => {
    const context = contextFor({ mcp: mcp([]) });
    await expect(bind([{ tool: 'mcp', settings: { url: MCP_URL, tools: ['refund'] } }], context)).rejects.toMatchObject(
      {
        data: { message: expect.stringContaining('no tool refund'), hint: expect.stringContaining('orders/find, odd') },
      },
    );
  });
});

describe('a workflow', () => {
  const workflow = (fields: unknown[], name = 'Look up: order'): Host['workflow'] => ({
    load: async () => ({
      id: 'w1',
      name,
      versionNumber: 1,
      definition: workflowDefinitionSchema.parse({
        nodes: [{ id: 'start', type: 'input', name: 'Start', config: { fields } }],
        edges: [],
      }),
    }),
  });

  it('is a tool that takes the fields of its input', async () => {
    const inputs: unknown[] = [];
    const context = contextFor(
      {
        workflow: workflow([
          { name: 'id', type: 'number', label: 'Order number' },
          { name: 'note', default: 'none' },
          { name: 'more', type: 'json', required: false },
        ]),
      },
      async ({ input }) => {
        inputs.push(input);
        return 'done';
      },
    );
    const [tool] = await bind([{ tool: 'run_workflow', settings: { workflow: 'w1' } }], context);
    expect(tool).toMatchObject({
      name: 'Look_up_order',
      inputSchema: {
        type: 'object',
        properties: { id: { type: 'number', description: 'Order number' }, note: { type: 'string' }, more: {} },
        required: ['id'],
        additionalProperties: false,
      },
    });
    // The step's own way to run another workflow is taken where the agent hands none on.
    const { runNested: _, ...withoutNested } = context;
    expect(await tool?.run({ id: 3 }, withoutNested)).toBe('done');
    expect(inputs).toEqual([{ id: 3, note: 'none' }]);
    await expect(tool?.run({}, context)).rejects.toMatchObject({
      data: { code: 'tool_failed', message: expect.stringContaining('id: This field is required') },
    });
    await expect(tool?.run('text', context)).rejects.toMatchObject({
      data: { code: 'tool_failed', message: expect.stringContaining('the input: The input must be an object') },
    });
  });

  it('without fields takes any object, and has a name in any language', async () => {
    const inputs: unknown[] = [];
    const context = contextFor({ workflow: workflow([], '注文') }, async ({ input }) => void inputs.push(input));
    const [tool] = await bind([{ tool: 'run_workflow', settings: { workflow: 'w1' } }], context);
    expect(tool).toMatchObject({ name: 'run_workflow', inputSchema: { additionalProperties: true } });
    await tool?.run(undefined, context);
    expect(inputs).toEqual([{}]);
  });

  it('cannot be run where there is no way to', async () => {
    const context = contextFor({ workflow: workflow([]) });
    const [tool] = await bind([{ tool: 'run_workflow', settings: { workflow: 'w1' } }], context);
    await expect(tool?.run({}, context)).rejects.toMatchObject({ data: { code: 'not_available' } });
  });
});
