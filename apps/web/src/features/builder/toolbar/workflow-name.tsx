'use client';

import { TextInput, Title, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useBuilder } from '../state/builder-context.tsx';
import classes from './toolbar.module.css';

/** The workflow's name; a click makes it a field. */
export const WorkflowName = ({ name }: { name: string }) => {
  const t = useTranslations('builder.toolbar');
  const errorText = useErrorText();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { slug } = useWorkspace();
  const { workflowId, readOnly } = useBuilder();
  const [draft, setDraft] = useState<string | null>(null);
  const rename = useMutation(
    trpc.workflows.rename.mutationOptions({
      onSuccess: () =>
        Promise.all([
          queries.invalidateQueries(trpc.builder.get.queryFilter()),
          queries.invalidateQueries(trpc.workflows.list.pathFilter()),
        ]),
      onError: (error) => notifications.show({ color: 'red', message: errorText(error) }),
    }),
  );
  const shown = rename.isPending ? rename.variables.name : name;
  const commit = () => {
    const next = draft?.trim() ?? '';
    setDraft(null);
    if (next !== '' && next !== name) rename.mutate({ workspace: slug, workflowId, name: next });
  };
  if (draft !== null) {
    return (
      <TextInput
        autoFocus
        size="xs"
        className={classes.nameField}
        aria-label={t('name')}
        value={draft}
        maxLength={120}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onFocus={(event) => event.currentTarget.select()}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          if (event.key === 'Escape') setDraft(null);
        }}
      />
    );
  }
  return (
    <Title order={1} className={classes.name}>
      {readOnly ? (
        shown
      ) : (
        <UnstyledButton className={classes.nameButton} onClick={() => setDraft(shown)} title={t('rename')}>
          {shown}
        </UnstyledButton>
      )}
    </Title>
  );
};
