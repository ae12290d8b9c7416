export const INPUT_FIELD_TYPES = ['text', 'long_text', 'number', 'boolean', 'json'] as const;
export type InputFieldType = (typeof INPUT_FIELD_TYPES)[number];

/** The value a default stands for; `undefined` when the text is no value of the type. Blank text is no default. */
export const parseDefault = (type: InputFieldType, text: string): unknown => {
  if (text.trim() === '') return undefined;
  switch (type) {
    case 'text':
    case 'long_text':
      return text;
    case 'number': {
      const value = Number(text);
      return Number.isFinite(value) ? value : undefined;
    }
    case 'boolean':
      return text.trim() === 'true' ? true : text.trim() === 'false' ? false : undefined;
    case 'json':
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
  }
};
