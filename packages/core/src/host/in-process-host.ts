import { createCodeSession } from '../nodes/code/code-session.ts';
import { runJavaScript } from '../nodes/code/run-javascript.ts';
import { type CredentialHeaders, fetchWithCredentials, headersOf, mergeHeaders } from './credential-headers.ts';
import { createFolderFiles } from './folder-files.ts';
import type { Host } from './host.ts';
import { createMemoryFiles } from './memory-files.ts';
import { sqliteInFiles } from './sqlite-database.ts';
import { systemClock } from './system-clock.ts';
import { createUnavailablePorts } from './unavailable-ports.ts';

const DEFAULT_TIMEOUT_MS = 30_000;

export type InProcessHostOptions = {
  /** Answers model calls; the offline demo model when absent. */
  generate?: Host['model']['generate'];
  /** Carries HTTP requests; the global `fetch` when absent. */
  fetch?: typeof globalThis.fetch;
  /** By name: the headers that a credential adds to a request. */
  credentials?: Record<string, CredentialHeaders>;
  /** Where steps keep files: a folder, or a port of your own; in memory when absent. */
  files?: { folder: string } | Host['files'];
  /** Answers SQL for credentials, see `sqlite-database.ts`; SQLite files among the steps' files need none. */
  database?: Host['database'];
  /** Asks a person and resolves with the answer. Without it such steps fail with `not_available`. */
  human?: Host['human'];
  /** Finds the workflow that another one runs. Without it such steps fail with `not_available`. */
  workflow?: Host['workflow'];
  /** Connects to WebSockets; by the machine's own network when absent. */
  websocket?: Host['websocket'];
  /** Speaks to MCP servers; over `fetch` when absent. */
  mcp?: Host['mcp'];
  clock?: Host['clock'];
};

/**
 * A host in the caller's own process, for use as a library and in tests. Nothing here is a sandbox: HTTP requests go
 * wherever this process can go, and Code nodes run in a thread of it. Waits hold the process.
 */
export const createInProcessHost = ({
  generate = async (request) => (await import('../models/demo-model.ts')).generateWithDemoModel(request),
  fetch = globalThis.fetch,
  credentials = {},
  files,
  clock = systemClock,
  ...ports
}: InProcessHostOptions = {}): Host => {
  const unavailable = createUnavailablePorts();
  const filesOfSteps = filesPort(files);
  return {
    model: { generate },
    http: { fetch: fetchWithCredentials(fetch, credentials) },
    files: filesOfSteps,
    database: ports.database ?? sqliteInFiles(filesOfSteps, unavailable.database),
    websocket: ports.websocket ?? createWebsocketPort(credentials),
    mcp: ports.mcp ?? createMcpPort(fetch, credentials),
    human: ports.human ?? unavailable.human,
    workflow: ports.workflow ?? unavailable.workflow,
    timer: { wait: ({ ms }, { signal }) => clock.sleep(ms, signal), now: async () => clock.now() },
    code: { run: (request, { signal }) => runJavaScript(request, signal), open: openCode },
    clock,
  };
};

/** Workers that the Code nodes of one execution share, and no other execution. */
const openCode: NonNullable<Host['code']['open']> = () => {
  const session = createCodeSession();
  return { run: (request, { signal }) => session.run(request, signal), close: session.close };
};

const filesPort = (files: InProcessHostOptions['files']): Host['files'] => {
  if (!files) return createMemoryFiles();
  return 'folder' in files ? createFolderFiles(files.folder) : files;
};

/** The clients are loaded when first asked: most workflows need neither. */
const createMcpPort = (
  fetch: typeof globalThis.fetch,
  credentials: Record<string, CredentialHeaders>,
): Host['mcp'] => ({
  listTools: async ({ url, credential, timeoutMs = DEFAULT_TIMEOUT_MS }, { signal }) => {
    const { listMcpTools } = await import('./mcp-client.ts');
    const headers = await headersOf(credentials, { credential, url });
    return listMcpTools({ url, headers, timeoutMs }, { fetch, signal });
  },
  callTool: async ({ url, credential, timeoutMs = DEFAULT_TIMEOUT_MS, name, arguments: given = {} }, { signal }) => {
    const { callMcpTool } = await import('./mcp-client.ts');
    const headers = await headersOf(credentials, { credential, url });
    return callMcpTool({ url, headers, timeoutMs, name, arguments: given }, { fetch, signal });
  },
});

const createWebsocketPort = (credentials: Record<string, CredentialHeaders>): Host['websocket'] => ({
  exchange: async (request, { signal }) => {
    const { exchangeOverWebsocket } = await import('./websocket-exchange.ts');
    const headers = mergeHeaders(request.headers ?? {}, await headersOf(credentials, request));
    return exchangeOverWebsocket({ ...request, headers }, { signal });
  },
});
