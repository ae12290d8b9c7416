import type { LiveMessage } from '@agentweaver/db/live-channel';
import { DELTA_DELAY_MS, MAX_DELTA_CHARACTERS } from '../tunables.ts';

export type DeltaPublisher = {
  add(nodeId: string, text: string): void;
  /** Sends what waits. */
  flush(): void;
};

/** Tokens of a model's answer, gathered for a moment: they travel live only and may be lost. */
export const createDeltaPublisher = (
  publish: (message: LiveMessage) => Promise<void>,
  { delayMs = DELTA_DELAY_MS } = {},
): DeltaPublisher => {
  const waiting = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const [nodeId, text] of waiting) {
      // A notification of PostgreSQL holds 8,000 bytes.
      for (let start = 0; start < text.length; start += MAX_DELTA_CHARACTERS) {
        const part = text.slice(start, start + MAX_DELTA_CHARACTERS);
        publish({ type: 'delta', nodeId, text: part }).catch(() => undefined);
      }
    }
    waiting.clear();
  };

  return {
    add: (nodeId, text) => {
      waiting.set(nodeId, (waiting.get(nodeId) ?? '') + text);
      timer ??= setTimeout(flush, delayMs);
    },
    flush,
  };
};
