/** Why a step never ran. Shared, so that what shows it can say it in its reader's language. */
export const SKIP_REASONS = {
  noPath: 'No branch that was taken leads here.',
  failed: 'The execution failed before.',
  cancelled: 'The execution was cancelled before.',
} as const;
