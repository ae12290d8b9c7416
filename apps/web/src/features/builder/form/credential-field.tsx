'use client';

import { Anchor, Autocomplete, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconExternalLink, IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useFormContext } from './form-context.tsx';
import { type FieldProps, labelOf } from './text-fields.tsx';

/** The name of a credential. One that does not exist yet may be typed: a workflow can come before its secrets. */
export const CredentialField = (field: FieldProps) => {
  const { schema, path, value, description, error, required } = field;
  const t = useTranslations('builder.form');
  const { setField, readOnly } = useFormContext();
  const { slug } = useWorkspace();
  const trpc = useTRPC();
  const names = useQuery(trpc.credentials.names.queryOptions({ workspace: slug }, { staleTime: 15_000 }));
  const chosen = typeof value === 'string' ? value : '';
  const known = names.data?.map((one) => one.name) ?? [];
  const isMissing = chosen.trim() !== '' && names.data !== undefined && !known.includes(chosen);
  return (
    <Stack gap={4}>
      <Autocomplete
        {...labelOf(field)}
        description={description}
        error={error}
        required={required}
        readOnly={readOnly}
        clearable={!readOnly}
        leftSection={<IconKey size={15} aria-hidden />}
        placeholder={schema.placeholder ?? t('noCredential')}
        data={known}
        // All of them until the text is one's own: the list is there to choose from.
        filter={({ options, search }) =>
          known.includes(search)
            ? options
            : options.filter((option) => 'value' in option && option.value.toLowerCase().includes(search.toLowerCase()))
        }
        value={chosen}
        onChange={(next) => setField(path, next)}
        comboboxProps={{ withinPortal: true }}
      />
      <Group gap="xs" justify="space-between">
        {isMissing ? (
          <Group gap={4} wrap="nowrap">
            <IconAlertTriangle size={13} color="var(--mantine-color-orange-filled)" aria-hidden />
            <Text size="xs">{t('noSuchCredential')}</Text>
          </Group>
        ) : (
          <span />
        )}
        <Anchor component={Link} href={`/w/${slug}/settings/credentials`} target="_blank" size="xs">
          {t('manageCredentials')} <IconExternalLink size={12} aria-hidden />
        </Anchor>
      </Group>
    </Stack>
  );
};
