/** Aborted with the first of several. Composed by hand: `AbortSignal.any` keeps its sources alive for as long as they live. */
export const linkSignals = (signals: readonly AbortSignal[]): { signal: AbortSignal; release: () => void } => {
  const controller = new AbortController();
  const followers = signals.map((signal) => {
    const follow = () => controller.abort(signal.reason);
    if (signal.aborted) follow();
    else signal.addEventListener('abort', follow);
    return () => signal.removeEventListener('abort', follow);
  });
  return {
    signal: controller.signal,
    release: () => {
      for (const unfollow of followers) unfollow();
    },
  };
};
