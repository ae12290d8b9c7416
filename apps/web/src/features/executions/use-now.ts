'use client';

import { useEffect, useState } from 'react';

/** The time, renewed every `intervalMs` while `active`: running clocks and `3 minutes ago`. */
export const useNow = (intervalMs: number, active = true): Date => {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!active) return;
    setNow(new Date());
    const timer = setInterval(() => setNow(new Date()), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs, active]);
  return now;
};
