import type { z } from 'zod';
import type { mcpResultSchema } from '../../host/ports/mcp.ts';
import { readWebAddress } from '../send-http.ts';
import { orAbsent } from '../setting-fields.ts';
import type { ExecuteTool } from '../tool.ts';
import { toolFailed } from '../tool-error.ts';
import type { McpInput, McpSettings } from './definition.ts';

/** One call of a tool of the server. */
export const executeMcp: ExecuteTool<McpInput, Omit<McpSettings, 'tools'>> = async (
  input,
  { settings, host, nextCall },
) => {
  const result = await host.mcp.callTool(
    { ...mcpServerOf(settings), name: input.tool, arguments: input.arguments },
    nextCall(),
  );
  return readResult(input.tool, result);
};

export const mcpServerOf = ({ url, credential, timeoutMs }: Omit<McpSettings, 'tools'>) => ({
  url: readWebAddress(url).href,
  credential: orAbsent(credential),
  timeoutMs,
});

const readResult = (tool: string, result: z.output<typeof mcpResultSchema>): unknown => {
  if (result.isError) {
    throw toolFailed({
      message: `${tool} failed: ${result.text.trim().slice(0, 2_000) || 'the server does not say why.'}`,
      hint: 'Call it with other arguments.',
    });
  }
  return result.structured ?? result.text;
};
