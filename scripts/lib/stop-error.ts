/** Ends a script with its message alone: the reader can act on it, and a stack would hide it. */
export class StopError extends Error {
  override name = 'StopError';
}

export const messageOf = (error: unknown): string => {
  if (error instanceof StopError) return error.message;
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
};
