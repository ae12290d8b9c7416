/** Why a step never ran. Shared, so that what shows it can say it in its reader's language. */
export const SKIP_REASONS = {
  noPath: 'No branch that was taken leads here.',
  notNeeded: 'Another branch was first, so this step was not needed.',
  notSelected: 'Only other steps were to run.',
  failed: 'The execution failed before.',
  cancelled: 'The execution was cancelled before.',
} as const;
