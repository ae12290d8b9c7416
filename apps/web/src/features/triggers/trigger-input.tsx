'use client';

import type { InputField } from '@agentweaver/core/nodes/input/definition';
import { Alert, Fieldset, JsonInput, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useTRPC } from '../../trpc/client.tsx';
import { type InputDraft, type InputProblem, parseDraft, startDraft } from '../builder/run/input-fields.ts';
import { RunField } from '../builder/run/run-field.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';

type TriggerInputState = {
  isPending: boolean;
  error: unknown;
  fields: InputField[];
  draft: InputDraft;
  /** For a workflow that takes anything. */
  json: string;
  problems: Record<string, InputProblem>;
  jsonWrong: boolean;
  change: (field: string, value: string | boolean) => void;
  changeJson: (json: string) => void;
};

/** The input of a workflow as a form holds it; `read` gives it, or shows what is wrong with it and gives nothing. */
export const useTriggerInput = (
  workflowId: string | null,
  initial: unknown,
): TriggerInputState & { read: () => { value: unknown } | undefined; reset: () => void } => {
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const query = useQuery(
    trpc.triggers.inputFields.queryOptions(
      { workspace: slug, workflowId: workflowId ?? '' },
      { enabled: workflowId !== null },
    ),
  );
  const [changed, setChanged] = useState<InputDraft>({});
  const [changedJson, setChangedJson] = useState<string | null>(null);
  const [problems, setProblems] = useState<Record<string, InputProblem>>({});
  const [jsonWrong, setJsonWrong] = useState(false);
  const fields = query.data ?? [];
  const draft = { ...startDraft(fields, initial), ...changed };
  const json = changedJson ?? JSON.stringify(initial ?? {}, null, 2);

  const read = (): { value: unknown } | undefined => {
    if (!query.data) return undefined;
    if (fields.length > 0) {
      const parsed = parseDraft(fields, draft);
      setProblems(parsed.problems);
      return Object.keys(parsed.problems).length === 0 ? { value: parsed.input } : undefined;
    }
    try {
      return { value: JSON.parse(json) as unknown };
    } catch {
      setJsonWrong(true);
      return undefined;
    }
  };
  return {
    isPending: query.isPending,
    error: query.error,
    fields,
    draft,
    json,
    problems,
    jsonWrong,
    change: (field, value) => setChanged((before) => ({ ...before, [field]: value })),
    changeJson: (text) => {
      setChangedJson(text);
      setJsonWrong(false);
    },
    read,
    reset: () => {
      setChanged({});
      setChangedJson(null);
      setProblems({});
    },
  };
};

export const TriggerInput = ({
  error,
  fields,
  draft,
  json,
  problems,
  jsonWrong,
  change,
  changeJson,
}: TriggerInputState) => {
  const t = useTranslations('triggers.form');
  const run = useTranslations('builder.run');
  const errorText = useErrorText();
  if (error) return <Alert color="red">{errorText(error)}</Alert>;
  if (fields.length === 0)
    return (
      <JsonInput
        label={t('inputJson')}
        description={t('inputJsonHelp')}
        value={json}
        onChange={changeJson}
        error={jsonWrong ? run('problems.not_json') : undefined}
        autosize
        minRows={3}
        maxRows={12}
        formatOnBlur
      />
    );
  return (
    <Fieldset legend={t('input')}>
      <Stack gap="sm">
        {fields.map((field) => {
          const problem = problems[field.name];
          return (
            <RunField
              key={field.name}
              field={field}
              value={draft[field.name] ?? ''}
              error={problem ? run(`problems.${problem}`) : undefined}
              onChange={(value) => change(field.name, value)}
            />
          );
        })}
      </Stack>
    </Fieldset>
  );
};
