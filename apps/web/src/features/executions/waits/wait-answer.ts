import type { HumanResponse } from '@agentweaver/core/host/ports/human';

/** What is sent for a wait. For a budget: `approved`, and under `values` by how much it is raised, under the name of its kind. */
export type WaitAnswer = HumanResponse;
