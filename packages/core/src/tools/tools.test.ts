import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelToolSchema } from '../models/model-call.ts';
import { bindTools } from './bind-tools.ts';
import { configuredToolSchema, configuredToolsField } from './configured-tool.ts';
import { TOOL_EXECUTORS } from './executors.ts';
import { toolContext } from './testing/tool-context.ts';
import { TOOL_NAMES, type ToolName } from './tool.ts';
import { toolFormSchemaFor } from './tool-form-schema.ts';
import { toModelSchema } from './tool-input.ts';
import { getToolDefinition, TOOL_DEFINITIONS } from './tools.ts';

/** An input that each tool takes. */
const SAMPLES: Record<ToolName, Record<string, unknown>> = {
  web_search: { query: 'tea' },
  http_request: { method: 'GET', url: 'https://example.com/', headers: {}, body: null },
  graphql: { query: '{ me { id } }', variables: {}, operationName: 'Me' },
  websocket: { send: ['hello'] },
  mcp: { tool: 'add', arguments: {} },
  database_query: { sql: 'SELECT 1', params: [1] },
  file_read: { path: 'a.md', encoding: 'utf8' },
  file_write: { path: 'a.md', content: 'text', encoding: 'utf8', append: false },
  file_list: { prefix: 'a' },
  calculator: { expression: '1 + 1' },
  current_time: { timezone: 'UTC' },
  run_workflow: { input: {} },
  ask_person: { question: 'May I?', details: '', choices: [] },
};

/** What only the author can know. */
const NEEDED: Partial<Record<ToolName, Record<string, unknown>>> = {
  web_search: { credential: 'brave' },
  graphql: { url: 'https://example.com/graphql' },
  websocket: { url: 'wss://example.com/' },
  mcp: { url: 'https://example.com/mcp' },
  database_query: { credential: 'orders' },
  run_workflow: { workflow: 'w1' },
};

describe.each(TOOL_NAMES)('the tool %s', (name) => {
  const definition = TOOL_DEFINITIONS[name];

  it('is registered under its own name, with a behaviour', () => {
    expect(definition.name).toBe(name);
    expect(getToolDefinition(name)).toBe(definition);
    expect(TOOL_EXECUTORS[name]).toBeTypeOf('function');
  });

  it('says what it is and what it touches', () => {
    for (const text of [definition.title, definition.description]) expect(text).not.toBe('');
    expect(definition.icon).toMatch(/^[A-Z][A-Za-z0-9]+$/);
    expect(definition.touches.length).toBeGreaterThan(0);
  });

  const complete = { ...definition.defaults, ...NEEDED[name] };

  it('has settings whose defaults name every field and parse, once what only the author knows is there', () => {
    expect(Object.keys(definition.defaults).sort()).toEqual(Object.keys(definition.settings.shape).sort());
    expect(definition.settings.parse(complete)).toEqual(complete);
    expect(definition.settings.parse(NEEDED[name] ?? {})).toEqual(complete);
    expect(configuredToolSchema.parse({ tool: name, settings: NEEDED[name] })).toEqual({
      tool: name,
      name: '',
      description: '',
      settings: complete,
    });
    expect(configuredToolSchema.safeParse({ tool: name, settings: { ...complete, surprise: 1 } }).success).toBe(false);
  });

  it('names the setting that is missing', () => {
    const { error } = configuredToolSchema.safeParse({ tool: name, settings: definition.defaults });
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(
      NEEDED[name] && Object.keys(NEEDED[name]).map((field) => `settings.${field}`),
    );
    expect(configuredToolSchema.safeParse({ tool: name }).success).toBe(NEEDED[name] === undefined);
  });

  it('has a form in which every field has a title', () => {
    const form = toolFormSchemaFor(name);
    expect(form).toMatchObject({ type: 'object', additionalProperties: false });
    expect(form).toBe(toolFormSchemaFor(name));
    for (const field of Object.values(form?.properties ?? {})) expect(field).toHaveProperty('title');
  });

  it('has a schema that models take, with words for each field that does not explain itself', () => {
    const inputSchema = toModelSchema(definition.input);
    const tool = { name, description: definition.description, inputSchema };
    expect(modelToolSchema.parse(tool)).toEqual(tool);
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(Object.keys(definition.input.shape).sort()).toEqual(Object.keys(SAMPLES[name]).sort());
  });

  it('takes its sample and says whether it may be repeated', () => {
    const input = definition.input.parse(SAMPLES[name]);
    expect(definition.isRepeatable(input, definition.settings.parse(complete))).toBeTypeOf('boolean');
  });

  it('names the field of any input that does not fit', async () => {
    if (name === 'mcp' || name === 'run_workflow') return;
    const [tool] = await bindTools([configuredToolSchema.parse({ tool: name, settings: complete })], toolContext());
    const wrong = fc
      .constantFrom(...Object.keys(SAMPLES[name]), 'surprise')
      .chain((field) => fc.tuple(fc.constant(field), fc.jsonValue()))
      .map(([field, value]) => ({ field, input: { ...SAMPLES[name], [field]: value } }))
      .filter(({ input }) => !definition.input.safeParse(input).success);
    await fc.assert(
      fc.asyncProperty(wrong, async ({ field, input }) => {
        await expect(tool?.run(input, toolContext())).rejects.toMatchObject({
          data: { code: 'tool_failed', message: expect.stringContaining(field) },
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('whether a tool may be repeated', () => {
  const isRepeatable = (name: ToolName, input: Record<string, unknown>, settings: Record<string, unknown> = {}) => {
    const definition = TOOL_DEFINITIONS[name];
    return definition.isRepeatable(
      definition.input.parse({ ...SAMPLES[name], ...input }),
      definition.settings.parse({ ...NEEDED[name], ...settings }),
    );
  };

  it.each([
    ['http_request', { method: 'GET' }, {}, true],
    ['http_request', { method: 'PUT' }, {}, true],
    ['http_request', { method: 'POST' }, {}, false],
    ['http_request', { method: 'PATCH' }, {}, false],
    ['graphql', { query: 'query { a }' }, {}, true],
    ['graphql', { query: 'mutation { a }' }, {}, false],
    ['websocket', { send: [] }, {}, true],
    ['websocket', { send: ['x'] }, {}, false],
    ['database_query', {}, {}, true],
    ['database_query', {}, { allowWrites: true }, false],
    ['file_write', { append: false }, {}, true],
    ['file_write', { append: true }, {}, false],
    ['mcp', {}, {}, false],
    ['run_workflow', {}, {}, false],
  ] as const)('%s %o %o: %s', (name, input, settings, expected) => {
    expect(isRepeatable(name, input, settings)).toBe(expected);
  });
});

it.each([
  ['web_search', { provider: 'searxng' }, 'settings.url'],
  ['web_search', { provider: 'searxng', url: 'search.example.com' }, 'settings.url'],
  ['http_request', { credential: 'shop' }, 'settings.baseUrl'],
  ['http_request', { baseUrl: 'api.example.com' }, 'settings.baseUrl'],
  ['websocket', { url: 'https://example.com/' }, 'settings.url'],
  ['mcp', { url: 'ftp://example.com/' }, 'settings.url'],
])('%s does not take the settings %o', (tool, settings, field) => {
  const { error } = configuredToolSchema.safeParse({ tool, settings });
  expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([field]);
});

it('an agent’s tools are a list of tools with their settings', () => {
  const field = configuredToolsField({ title: 'Tools' });
  expect(field.parse(undefined)).toEqual([]);
  expect(field.safeParse([{ tool: 'no_such_tool' }]).success).toBe(false);
  expect(getToolDefinition('no_such_tool')).toBeUndefined();
  expect(toolFormSchemaFor('no_such_tool')).toBeUndefined();
});

it('what a browser loads of tools needs nothing of Node', () => {
  const seen = new Set<string>();
  const visit = (file: URL): void => {
    if (seen.has(file.href)) return;
    seen.add(file.href);
    for (const [, type, from = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export) (type )?[^;]*?from '([^']+)';/gms,
    )) {
      if (type) continue;
      expect(from, file.href).not.toMatch(/^node:|^ws$|^ajv|modelcontextprotocol|undici/);
      if (from.startsWith('.')) visit(new URL(from, file));
    }
  };
  visit(new URL('./tools.ts', import.meta.url));
  visit(new URL('./configured-tool.ts', import.meta.url));
  visit(new URL('./tool-form-schema.ts', import.meta.url));
  expect(seen.size).toBeGreaterThan(15);
});
