import { z } from 'zod';
import { credentialField, timeoutField, webAddressField } from '../setting-fields.ts';
import type { ToolDefinition } from '../tool.ts';

/** What reaches a server, for the node and the tool alike. */
export const mcpServerFields = {
  url: webAddressField({
    title: 'Server',
    description: 'The address of an MCP server over streamable HTTP.',
    placeholder: 'https://mcp.example.com/mcp',
  }),
  credential: credentialField('Sent to the server by the host.'),
  timeoutMs: timeoutField(),
};

export const mcpSettings = z.strictObject({
  ...mcpServerFields,
  tools: z
    .array(z.string().min(1).max(200))
    .max(128)
    .default([])
    .meta({ title: 'Tools', description: 'Only these of the server’s tools. Empty: all of them.' }),
});
export type McpSettings = z.output<typeof mcpSettings>;

/** Of one call; as an agent's tool each tool of the server has a schema of its own instead. */
export const mcpInput = z.strictObject({
  tool: z.string().min(1).max(200).meta({ description: 'The name of the tool on the server.' }),
  arguments: z.record(z.string(), z.unknown()).default({}).meta({ description: 'What the tool takes.' }),
});
export type McpInput = z.output<typeof mcpInput>;

export const mcpTool: ToolDefinition<typeof mcpInput, typeof mcpSettings> = {
  name: 'mcp',
  title: 'MCP server',
  description: 'The tools of an MCP server, each under its own name.',
  icon: 'Plug',
  input: mcpInput,
  settings: mcpSettings,
  defaults: { url: '', credential: '', timeoutMs: 30_000, tools: [] },
  touches: ['network'],
  // What a server says of its tools is a hint, not a promise.
  isRepeatable: () => false,
};
