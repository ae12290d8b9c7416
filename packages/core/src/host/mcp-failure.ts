import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { ExecutionError } from '../engine/execution-errors.ts';
import { isExecutionError, messageOf } from '../errors/to-execution-error.ts';

const MAX_SHOWN = 500;

/** What went wrong between here and an MCP server, in words; `fetch` says only “fetch failed”, its cause says why. */
export const mcpFailure = (error: unknown, url: URL): unknown => {
  if (isExecutionError(error)) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  if (isExecutionError(cause)) return cause;
  return new ExecutionError(
    {
      code: 'mcp_failed',
      message: `The MCP server ${url.origin}${url.pathname} ${describe(error, cause)}`,
      hint: hintFor(error),
    },
    { cause: error },
  );
};

const describe = (error: unknown, cause: unknown): string => {
  if (error instanceof StreamableHTTPError && error.code !== undefined && error.code > 0) {
    return `answered ${error.code}.`;
  }
  if (error instanceof McpError) return `refused: ${error.message.slice(0, MAX_SHOWN)}`;
  return `failed: ${messageOf(cause ?? error).slice(0, MAX_SHOWN)}`;
};

const hintFor = (error: unknown): string => {
  if (error instanceof StreamableHTTPError && (error.code === 401 || error.code === 403)) {
    return 'Name a credential that this server accepts.';
  }
  if (error instanceof McpError) return 'Check the name of the tool and its arguments.';
  return 'Check that the address is that of an MCP server over streamable HTTP, and that it can be reached.';
};
