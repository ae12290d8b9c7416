'use client';

import { Autocomplete, type AutocompleteProps } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';

type Props = Pick<
  AutocompleteProps,
  'label' | 'aria-label' | 'description' | 'error' | 'required' | 'readOnly' | 'placeholder'
> & {
  value: string;
  onChange: (model: string) => void;
  /** `auto` is no answer to "which one instead?". */
  withoutAuto?: boolean;
};

/** A model id: one of those the workspace can use, or any other `provider/model` typed in. */
export const ModelPicker = ({ withoutAuto = false, ...props }: Props) => {
  const { slug } = useWorkspace();
  const trpc = useTRPC();
  const models = useQuery(trpc.builder.models.queryOptions({ workspace: slug }, { staleTime: 60_000 }));
  const groups = (models.data ?? [{ label: '', models: ['auto'] }])
    .map((group) => ({
      group: group.label,
      items: withoutAuto ? group.models.filter((model) => model !== 'auto') : group.models,
    }))
    .filter((group) => group.items.length > 0);
  return (
    <Autocomplete
      {...props}
      data={groups}
      // The list shows everything until the text is one's own: it is there to choose from.
      filter={({ options, search }) => {
        if (search === '' || groups.some((group) => group.items.includes(search))) return options;
        return options.filter((option) => 'items' in option || option.value.includes(search));
      }}
      maxDropdownHeight={320}
      comboboxProps={{ withinPortal: true }}
    />
  );
};
