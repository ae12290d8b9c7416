/** Carries short texts by topic between processes, at most once, in order per sender. */
export type Transport = {
  publish: (topic: string, text: string) => Promise<void>;
  /** Resolves when texts of the topic arrive from now on. */
  listen: (topic: string) => Promise<void>;
  unlisten: (topic: string) => Promise<void>;
  /** Resolves when both directions work now. */
  check: () => Promise<void>;
  close: () => Promise<void>;
};

export type OnText = (topic: string, text: string) => void;
