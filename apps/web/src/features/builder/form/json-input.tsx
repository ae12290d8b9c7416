'use client';

import { Input } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useId, useState } from 'react';
import { CodeEditor } from '../text-editor/code-editor.tsx';

type Props = {
  label: string;
  description?: string;
  error?: string;
  required?: boolean;
  readOnly: boolean;
  value: unknown;
  /** `undefined` for an empty field. */
  onChange: (value: unknown) => void;
};

const parse = (text: string): { value: unknown } | undefined => {
  if (text.trim() === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** A JSON value as text. Text that is no JSON stays in the field, and the value stays what it was. */
export const JsonInput = ({ label, description, error, required, readOnly, value, onChange }: Props) => {
  const t = useTranslations('builder.form');
  const id = useId();
  const written = value === undefined ? '' : JSON.stringify(value, null, 2);
  // `over` is the value that the text belongs to: an undo or somebody else's edit makes it void.
  const [typed, setTyped] = useState<{ text: string; over: string } | null>(null);
  const text = typed?.over === written ? typed.text : written;
  const problem = parse(text) ? error : t('notJson');
  const change = (next: string) => {
    const parsed = parse(next);
    const over = parsed ? (parsed.value === undefined ? '' : JSON.stringify(parsed.value, null, 2)) : written;
    setTyped({ text: next, over });
    if (parsed && over !== written) onChange(parsed.value);
  };
  const describedBy = [description ? `${id}-help` : '', problem ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <Input.Wrapper
      label={label}
      labelElement="div"
      labelProps={{ id: `${id}-label` }}
      description={description}
      descriptionProps={{ id: `${id}-help` }}
      error={problem}
      errorProps={{ id: `${id}-error` }}
      required={required}
    >
      <CodeEditor
        value={text}
        onChange={change}
        labelledBy={`${id}-label`}
        describedBy={describedBy || undefined}
        invalid={problem !== undefined}
        readOnly={readOnly}
        language="json"
      />
    </Input.Wrapper>
  );
};
