/** Somebody else owns the execution, and this sandbox is about to be stopped: whatever the step is told is not kept. */
export const claimLost = (): Error => new Error('The execution is owned by somebody else now.');
