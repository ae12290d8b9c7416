/** HTTP status of an answer of the Docker engine; `undefined` when it did not answer. */
export const statusOf = (error: unknown): number | undefined => {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
};

/** Already stopped (304), already gone (404), or going (409): what was asked for is so. */
export const ignoreGone = (error: unknown): void => {
  const status = statusOf(error);
  if (status !== 304 && status !== 404 && status !== 409) throw error;
};
