import type { HostMethod } from '@agentweaver/core/host/host-calls';
import type { CallKind } from './call-gate.ts';

/**
 * How each host call takes its turn. `by_service`: a model call takes one for each request to a provider, so that it
 * holds none between its attempts. `none`: a timer waits, and must keep nobody else from working.
 */
export const CALL_KINDS: Record<HostMethod, Exclude<CallKind, 'model'> | 'by_service' | 'none'> = {
  'model.generate': 'by_service',
  'http.fetch': 'http',
  'files.read': 'local',
  'files.write': 'local',
  'files.list': 'local',
  'database.query': 'database',
  'websocket.exchange': 'websocket',
  'mcp.listTools': 'mcp',
  'mcp.callTool': 'mcp',
  'human.ask': 'local',
  'workflow.load': 'local',
  'timer.wait': 'none',
  'timer.now': 'local',
};
