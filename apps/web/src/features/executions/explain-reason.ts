import { SKIP_REASONS } from '@agentweaver/core/engine/skip-reasons';

type SkipKey = keyof typeof SKIP_REASONS;

const isSkipKey = (key: string): key is SkipKey => key in SKIP_REASONS;
const SKIP_KEYS = new Map(Object.entries(SKIP_REASONS).map(([key, reason]): [string, string] => [reason, key]));

/** Translates below `executions`. */
type Translate = (key: `step.skippedBecause.${SkipKey}`) => string;

/** Why a step took its path or never ran; why it never ran is said in the reader's language. */
export const explainReason = (reason: string, t: Translate): string => {
  const key = SKIP_KEYS.get(reason);
  return key && isSkipKey(key) ? t(`step.skippedBecause.${key}`) : reason;
};
