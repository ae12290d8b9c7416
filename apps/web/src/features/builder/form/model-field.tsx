'use client';

import { Autocomplete } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useFormContext } from './form-context.tsx';
import type { FieldProps } from './text-fields.tsx';

/** A model id: one of those the workspace can use, or any other `provider/model` typed in. */
export const ModelField = ({ path, value, label, description, error, required }: FieldProps) => {
  const { setField, readOnly } = useFormContext();
  const { slug } = useWorkspace();
  const trpc = useTRPC();
  const models = useQuery(trpc.builder.models.queryOptions({ workspace: slug }, { staleTime: 60_000 }));
  return (
    <Autocomplete
      label={label}
      description={description}
      error={error}
      required={required}
      readOnly={readOnly}
      value={typeof value === 'string' ? value : ''}
      onChange={(next) => setField(path, next)}
      data={models.data?.map((group) => ({ group: group.label, items: group.models })) ?? ['auto']}
      // The list shows everything until the text is one's own: it is there to choose from.
      filter={({ options, search }) => {
        const known = models.data?.some((group) => group.models.includes(search)) ?? search === 'auto';
        if (known) return options;
        return options.filter((option) => 'items' in option || option.value.includes(search));
      }}
      maxDropdownHeight={320}
      comboboxProps={{ withinPortal: true }}
    />
  );
};
