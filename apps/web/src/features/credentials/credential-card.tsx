'use client';

import { Badge, Code, Group, Paper, Stack, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { CredentialActions } from './credential-actions.tsx';
import type { CredentialRow } from './credential-form.ts';

const StateBadge = ({ credential }: { credential: CredentialRow }) => {
  const t = useTranslations('credentials');
  const badge = (color: string, text: string) => (
    <Badge color={color} variant="light" tt="none">
      {text}
    </Badge>
  );
  if (credential.lastError) return badge('red', t('states.failed'));
  if (credential.kind !== 'oauth2_authorization_code') return null;
  return credential.connectedAt ? badge('thread', t('states.connected')) : badge('yellow', t('states.unconnected'));
};

/** Where it goes, as far as that may be shown. */
const addressOf = ({ kind, settings, allowedHosts }: CredentialRow): string => {
  if (kind !== 'database') return allowedHosts.join(', ');
  const { engine, host, port, database } = settings;
  return `${String(engine)} · ${String(host)}:${String(port)}/${String(database)}`;
};

export const CredentialCard = ({ credential, onChange }: { credential: CredentialRow; onChange: () => void }) => {
  const t = useTranslations('credentials');
  const format = useFormat();
  const { isOwner } = useWorkspace();
  return (
    <Paper withBorder radius="md" p="md" data-credential={credential.name}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} style={{ flex: '1 1 240px', minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
              {credential.name}
            </Text>
            <StateBadge credential={credential} />
          </Group>
          <Text size="sm" c="dimmed">
            {t(`kinds.${credential.kind}`)}
            {credential.lastFour ? <Code ml={8}>…{credential.lastFour}</Code> : null}
          </Text>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {t('sentTo', { hosts: addressOf(credential) })}
          </Text>
          {credential.lastError ? (
            <Text size="sm" c="red" style={{ overflowWrap: 'anywhere' }}>
              {credential.lastError}
            </Text>
          ) : null}
          <Text size="xs" c="dimmed">
            {credential.lastUsedAt
              ? t('usedAt', { time: format.dateTime(credential.lastUsedAt) })
              : t('addedAt', { time: format.dateTime(credential.createdAt) })}
          </Text>
        </Stack>
        {isOwner ? <CredentialActions credential={credential} onChange={onChange} /> : null}
      </Group>
    </Paper>
  );
};
