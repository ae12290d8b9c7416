import { generateWithDemoModel } from '../models/demo-model.ts';
import { runJavaScript } from '../nodes/code/run-javascript.ts';
import { fetchHttp } from './fetch-http.ts';
import type { Host } from './host.ts';
import { systemClock } from './system-clock.ts';

export type InProcessHostOptions = {
  /** Answers model calls; the offline demo model when absent. */
  generate?: Host['model']['generate'];
  /** Carries HTTP requests; the global `fetch` when absent. */
  fetch?: typeof globalThis.fetch;
  clock?: Host['clock'];
};

/**
 * A host in the caller's own process, for use as a library and in tests. Nothing here is a sandbox: HTTP requests go
 * wherever this process can go, and Code nodes run in a thread of it.
 */
export const createInProcessHost = ({
  generate = async (request) => generateWithDemoModel(request),
  fetch = globalThis.fetch,
  clock = systemClock,
}: InProcessHostOptions = {}): Host => ({
  model: { generate },
  http: { fetch: fetchHttp(fetch) },
  code: { run: (request, { signal }) => runJavaScript(request, signal) },
  clock,
});
