import type { Usage } from '@agentweaver/core/models/model-call';
import type { HostServices } from './host-calls.ts';

/** What one step has used, all its attempts together. */
export type Metered = { model?: string; usage?: Usage; costUsd?: number };

export type MeteredServices = HostServices & {
  /** Of the calls that this host made or answered from memory; empty for a step that made none. */
  metered(nodeId: string): Metered;
};
