import { ExecutionError } from '../engine/execution-errors.ts';
import type { Host } from './host.ts';

const refuse = (port: string) => (): Promise<never> =>
  Promise.reject(
    new ExecutionError({
      code: 'not_available',
      message: `Nothing here answers calls to ${port}.`,
      hint: `Give the host the option “${port}”.`,
    }),
  );

/** Every port of a host but its clock, each refusing with `not_available` and the name of what is missing. */
export const createUnavailablePorts = (): Omit<Host, 'clock'> => ({
  model: { generate: refuse('generate') },
  http: { fetch: refuse('fetch') },
  files: { read: refuse('files'), write: refuse('files'), list: refuse('files') },
  database: { query: refuse('database') },
  websocket: { exchange: refuse('websocket') },
  mcp: { listTools: refuse('mcp'), callTool: refuse('mcp') },
  human: { ask: refuse('human') },
  workflow: { load: refuse('workflow') },
  timer: { wait: refuse('timer'), now: refuse('timer') },
  code: { run: refuse('code') },
});
