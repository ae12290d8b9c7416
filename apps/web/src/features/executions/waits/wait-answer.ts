import type { HumanResponse } from '@agentweaver/core/host/ports/human';

/** What is sent for a wait. For a budget: `approved`, and by how many dollars it is raised as `values.usd`. */
export type WaitAnswer = HumanResponse;
