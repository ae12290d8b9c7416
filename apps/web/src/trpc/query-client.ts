import { MutationCache, QueryClient } from '@tanstack/react-query';
import { publicErrorOf } from './public-error.ts';

/** Codes that mean "the same call may pass later". */
const RETRYABLE = new Set(['unavailable', 'internal']);

export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchOnWindowFocus: true,
        retry: (failures, error) => {
          const code = publicErrorOf(error)?.code;
          return failures < 2 && (code === undefined || RETRYABLE.has(code));
        },
      },
    },
    mutationCache: new MutationCache(),
  });
