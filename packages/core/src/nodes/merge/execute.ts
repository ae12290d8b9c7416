import type { Execute } from '../node-type.ts';
import type { MergeConfig } from './definition.ts';

/** When it starts is the scheduler's affair (`startsAfter`); what had arrived by then is `previous`. */
export const executeMerge: Execute<MergeConfig> = async ({ previous }) => ({ output: previous ?? null });
