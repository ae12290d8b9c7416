'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { type ReactNode, useState } from 'react';
import superjson from 'superjson';
import type { RootRouter } from '../server/root-router.ts';
import { createQueryClient } from './query-client.ts';

const context = createTRPCContext<RootRouter>();

/** Query and mutation options for TanStack Query: `useQuery(trpc.workflows.list.queryOptions({ workspace }))`. */
export const useTRPC = context.useTRPC;
/** The bare client, for calls outside of a query. */
export const useTRPCClient = context.useTRPCClient;

const URL = '/api/trpc';

const createClient = () =>
  createTRPCClient<RootRouter>({
    links: [
      splitLink({
        condition: (operation) => operation.type === 'subscription',
        true: httpSubscriptionLink({ url: URL, transformer: superjson }),
        false: httpBatchLink({ url: URL, transformer: superjson, maxURLLength: 4_000 }),
      }),
    ],
  });

export const TRPCProvider = ({ children }: { children: ReactNode }) => {
  const [queryClient] = useState(createQueryClient);
  const [client] = useState(createClient);
  return (
    <QueryClientProvider client={queryClient}>
      <context.TRPCProvider trpcClient={client} queryClient={queryClient}>
        {children}
      </context.TRPCProvider>
    </QueryClientProvider>
  );
};
