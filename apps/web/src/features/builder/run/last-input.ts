/** Inputs larger than this are not remembered, in characters. */
const MAX_REMEMBERED = 200_000;

const keyOf = (workflowId: string): string => `agentweaver.run-input:${workflowId}`;

/** The input of the last run from this browser; undefined when there was none. */
export const readLastInput = (workflowId: string): unknown => {
  try {
    const stored = localStorage.getItem(keyOf(workflowId));
    return stored === null ? undefined : JSON.parse(stored);
  } catch {
    return undefined;
  }
};

export const rememberInput = (workflowId: string, input: unknown): void => {
  try {
    const text = JSON.stringify(input);
    if (text.length <= MAX_REMEMBERED) localStorage.setItem(keyOf(workflowId), text);
  } catch {
    // Storage may be full or switched off; the next form then starts from the defaults.
  }
};
