'use client';

import { useQueryClient } from '@tanstack/react-query';
import { signOut } from 'next-auth/react';

/** Ends the session and forgets everything this browser had loaded. */
export const useSignOut = (): (() => Promise<void>) => {
  const queryClient = useQueryClient();
  return async () => {
    await signOut({ redirect: false });
    queryClient.clear();
    window.location.assign('/sign-in');
  };
};
