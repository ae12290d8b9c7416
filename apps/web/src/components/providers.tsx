'use client';

import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import type { ReactNode } from 'react';
import { z } from 'zod';
import { cssVariables, theme } from '../theme.ts';
import { TRPCProvider } from '../trpc/client.tsx';

// The content security policy forbids `eval`; without this, zod would try it once and the browser report it.
z.config({ jitless: true });

/** Everything that every page stands on; one place, so that a page needs no provider of its own. */
export const Providers = ({ children }: { children: ReactNode }) => (
  <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
    <TRPCProvider>
      <NuqsAdapter>
        <ModalsProvider>
          <Notifications position="bottom-right" limit={3} />
          {children}
        </ModalsProvider>
      </NuqsAdapter>
    </TRPCProvider>
  </MantineProvider>
);
