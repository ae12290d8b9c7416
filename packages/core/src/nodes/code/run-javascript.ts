import type { CodeRequest } from '../../host/host.ts';
import { createCodeSession } from './code-session.ts';

/** Runs user JavaScript by itself, see `CodeSession`. Its thread is gone when this settles. */
export const runJavaScript = async (request: CodeRequest, signal: AbortSignal): Promise<unknown> => {
  const session = createCodeSession();
  try {
    return await session.run(request, signal);
  } finally {
    await session.close();
  }
};
