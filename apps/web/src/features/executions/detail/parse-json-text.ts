/** `null` when the text is not JSON. */
export const parseJsonText = (text: string): { value: unknown } | null => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
};
