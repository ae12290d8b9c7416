import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import { mcpServerFields } from '../../tools/mcp/definition.ts';
import { MAX_TOOL_TIMEOUT_MS } from '../../tools/setting-fields.ts';
import type { NodeDefinition } from '../node-type.ts';

export const mcpConfig = z.strictObject({
  ...mcpServerFields,
  tool: template({
    title: 'Tool',
    description: 'The name of the tool on the server.',
    multiline: false,
    placeholder: 'search_issues',
  }).min(1, 'name the tool to call'),
  arguments: template({
    title: 'Arguments',
    description: 'What the tool takes: an expression that gives an object, or JSON.',
    placeholder: '{{ { "query": input.topic } }}',
  }).default(''),
});
export type McpConfig = z.output<typeof mcpConfig>;

export const mcpDefinition: NodeDefinition<typeof mcpConfig> = {
  type: 'mcp',
  title: 'MCP',
  summary: 'Calls one tool of an MCP server.',
  aliases: ['model context protocol', 'tool', 'server', 'plugin', 'connector', 'integration'],
  category: 'tools',
  icon: 'Plug',
  config: mcpConfig,
  defaults: {
    url: 'https://example.com/mcp',
    credential: '',
    timeoutMs: 30_000,
    tool: 'search',
    arguments: '{{ { "query": previous } }}',
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Result' }],
  defaultTimeoutMs: MAX_TOOL_TIMEOUT_MS + 10_000,
};
