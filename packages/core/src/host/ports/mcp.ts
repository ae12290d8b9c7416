import { z } from 'zod';

const server = {
  /** Of a server that speaks MCP over streamable HTTP. */
  url: z.string().max(8_192),
  credential: z.string().max(120).optional(),
  timeoutMs: z.int().min(100).max(300_000).default(30_000),
};

export const mcpListToolsSchema = z.object(server);
export const mcpToolSchema = z.object({
  name: z.string(),
  description: z.string().default(''),
  inputSchema: z.record(z.string(), z.unknown()),
  /** What the server says of itself: its annotations are hints, not promises. */
  readOnly: z.boolean().default(false),
  idempotent: z.boolean().default(false),
});
export const mcpCallToolSchema = z.object({
  ...server,
  name: z.string().min(1).max(200),
  arguments: z.record(z.string(), z.unknown()).default({}),
});
export const mcpResultSchema = z.object({
  /** Text parts joined. */
  text: z.string(),
  /** `structuredContent`, when the server gives it. */
  structured: z.unknown().optional(),
  isError: z.boolean(),
});

export type McpPort<Call> = {
  /** Both reject with `mcp_failed`. */
  listTools(request: z.input<typeof mcpListToolsSchema>, call: Call): Promise<z.output<typeof mcpToolSchema>[]>;
  callTool(request: z.input<typeof mcpCallToolSchema>, call: Call): Promise<z.output<typeof mcpResultSchema>>;
};
