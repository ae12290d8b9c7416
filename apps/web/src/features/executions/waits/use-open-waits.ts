'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';

/** How often it is asked again, in ms: people look here to be told. */
const REFRESH_MS = 10_000;

/** Everything in the workspace that waits for a person. */
export const useOpenWaits = () => {
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  return useQuery(
    trpc.executions.openWaits.queryOptions(
      { workspace: slug },
      { refetchInterval: REFRESH_MS, refetchOnWindowFocus: true },
    ),
  );
};
