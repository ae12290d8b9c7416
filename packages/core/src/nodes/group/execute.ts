import type { Execute } from '../node-type.ts';
import type { GroupConfig } from './definition.ts';

/** No run has a step for it; every type has a behaviour, and this one's is to change nothing. */
export const executeGroup: Execute<GroupConfig> = async ({ previous }) => ({ output: previous ?? null });
