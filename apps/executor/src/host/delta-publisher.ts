import { stepKey } from '@agentweaver/core/engine/step-key';
import type { LiveMessage } from '@agentweaver/db/live-channel';
import { DELTA_DELAY_MS, MAX_DELTA_CHARACTERS } from '../tunables.ts';

export type DeltaPublisher = {
  add(step: { nodeId: string; iteration: string }, text: string): void;
  /** Sends what waits. */
  flush(): void;
};

/** Tokens of a model's answer, gathered for a moment: they travel live only and may be lost. */
export const createDeltaPublisher = (
  publish: (message: LiveMessage) => Promise<void>,
  { delayMs = DELTA_DELAY_MS } = {},
): DeltaPublisher => {
  const waiting = new Map<string, { nodeId: string; iteration: string; text: string }>();
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    for (const { nodeId, iteration, text } of waiting.values()) {
      // A notification of PostgreSQL holds 8,000 bytes.
      for (let start = 0; start < text.length; start += MAX_DELTA_CHARACTERS) {
        const part = text.slice(start, start + MAX_DELTA_CHARACTERS);
        publish({ type: 'delta', nodeId, iteration, text: part }).catch(() => undefined);
      }
    }
    waiting.clear();
  };

  return {
    add: ({ nodeId, iteration }, text) => {
      const key = stepKey(nodeId, iteration);
      waiting.set(key, { nodeId, iteration, text: (waiting.get(key)?.text ?? '') + text });
      timer ??= setTimeout(flush, delayMs);
    },
    flush,
  };
};
