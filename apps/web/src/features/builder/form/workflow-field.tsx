'use client';

import { Anchor, Select, Stack } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { useFormContext } from './form-context.tsx';
import { type FieldProps, labelOf } from './text-fields.tsx';

/** One of the workspace's workflows. A value that is none of them stays, and is said to be none. */
export const WorkflowField = (field: FieldProps) => {
  const { path, value, description, error, required } = field;
  const t = useTranslations('builder.form');
  const { setField, readOnly } = useFormContext();
  const { workflowId } = useBuilder();
  const { slug } = useWorkspace();
  const trpc = useTRPC();
  const workflows = useQuery(trpc.executions.workflowOptions.queryOptions({ workspace: slug }, { staleTime: 30_000 }));
  const chosen = typeof value === 'string' && value !== '' ? value : null;
  // A graph may name a workflow by its name as well.
  const known = workflows.data?.find((one) => one.id === chosen || one.name === chosen);
  const isMissing = chosen !== null && workflows.data !== undefined && !known;
  const options = (workflows.data ?? [])
    .filter((one) => one.id !== workflowId || one.id === known?.id)
    .map((one) => ({ value: one.id, label: one.name }));
  return (
    <Stack gap={4}>
      <Select
        {...labelOf(field)}
        description={description}
        error={error ?? (isMissing ? t('noSuchWorkflow') : undefined)}
        required={required}
        readOnly={readOnly}
        searchable
        clearable={!readOnly}
        nothingFoundMessage={t('noWorkflows')}
        placeholder={t('chooseWorkflow')}
        data={isMissing && chosen ? [...options, { value: chosen, label: chosen }] : options}
        value={known?.id ?? chosen}
        onChange={(next) => setField(path, next ?? '')}
        comboboxProps={{ withinPortal: true }}
      />
      {known && (
        <Anchor component={Link} href={`/w/${slug}/workflows/${known.id}`} target="_blank" size="xs">
          {t('openWorkflow')} <IconExternalLink size={12} aria-hidden />
        </Anchor>
      )}
    </Stack>
  );
};
