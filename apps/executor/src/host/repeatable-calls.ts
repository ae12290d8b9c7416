import type { HostMethod, HostParams } from '@agentweaver/core/host/host-calls';

/** By RFC 9110, doing these twice has no more effect than doing them once. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/**
 * Whether a call may be made again when nobody knows what came of it: `true` where doing it twice has no more effect
 * than once. `kept`: which answers are the memo's to keep; those of models and of waits have stores of their own, and a
 * loaded workflow is pinned by its version.
 */
const RULES: {
  [Method in HostMethod]: { kept: boolean; repeatable: (params: HostParams<Method>) => boolean };
} = {
  'model.generate': { kept: false, repeatable: () => true },
  'http.fetch': { kept: true, repeatable: ({ method }) => IDEMPOTENT.has(method) },
  'files.read': { kept: true, repeatable: () => true },
  'files.write': { kept: true, repeatable: ({ append }) => !append },
  'files.list': { kept: true, repeatable: () => true },
  'database.query': { kept: true, repeatable: ({ readOnly }) => readOnly },
  'websocket.exchange': { kept: true, repeatable: ({ send }) => send.length === 0 },
  'mcp.listTools': { kept: true, repeatable: () => true },
  // A server's own word that a tool is harmless is a hint, not a promise.
  'mcp.callTool': { kept: true, repeatable: () => false },
  'human.ask': { kept: false, repeatable: () => true },
  'workflow.load': { kept: false, repeatable: () => true },
  'timer.wait': { kept: false, repeatable: () => true },
  'timer.now': { kept: true, repeatable: () => true },
};

export const isKept = (method: HostMethod): boolean => RULES[method].kept;

export const isRepeatable = <Method extends HostMethod>(method: Method, params: HostParams<Method>): boolean =>
  RULES[method].repeatable(params);
