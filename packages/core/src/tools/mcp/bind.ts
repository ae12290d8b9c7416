import { createJsonCheck } from '../check-json.ts';
import type { BindTool } from '../tool.ts';
import { toToolName } from '../tool-alias.ts';
import { toolFailed } from '../tool-error.ts';
import type { McpSettings } from './definition.ts';
import { mcpTool } from './definition.ts';
import { executeMcp, mcpServerOf } from './execute.ts';

/** Asks the server for its tools and gives each under its own name, behind the author's name for the server. */
export const bindMcp: BindTool<McpSettings> = async ({ name, settings }, { host, nextCall }) => {
  const offered = await host.mcp.listTools(mcpServerOf(settings), nextCall());
  const missing = settings.tools.filter((tool) => !offered.some((one) => one.name === tool));
  if (missing.length > 0) {
    throw toolFailed({
      message: `The MCP server ${mcpServerOf(settings).url.split('?')[0]} has no tool ${missing.join(', ')}.`,
      hint: `Correct “Tools” in the settings of the agent’s MCP server. It offers: ${offered.map((tool) => tool.name).join(', ')}.`,
    });
  }
  return offered
    .filter((tool) => settings.tools.length === 0 || settings.tools.includes(tool.name))
    .map((tool) => {
      const check = createJsonCheck(tool.name, tool.inputSchema);
      return {
        name: toToolName([name, tool.name].filter(Boolean).join('_')) || mcpTool.name,
        description: tool.description || tool.name,
        inputSchema: tool.inputSchema,
        touches: mcpTool.touches,
        run: async (input, context) => {
          const given = input ?? {};
          check(given);
          return executeMcp({ tool: tool.name, arguments: given as Record<string, unknown> }, { ...context, settings });
        },
      };
    });
};
