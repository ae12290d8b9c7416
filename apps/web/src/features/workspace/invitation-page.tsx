import { Group, Stack, Text } from '@mantine/core';
import { getTranslations } from 'next-intl/server';
import { LinkAnchor, LinkButton } from '../../components/links.tsx';
import { getServices } from '../../server/services.ts';
import { AuthFrame } from '../auth/auth-frame.tsx';
import { getPageUser } from '../auth/server/page-user.ts';
import { AcceptInvitation } from './accept-invitation.tsx';
import { readInvitation } from './server/read-invitation.ts';

/** What an invitation's link leads to; says the same for a used, a run-out and an invented one. */
export const InvitationPage = async ({ token }: { token: string }) => {
  const t = await getTranslations('auth.invitation');
  const auth = await getTranslations('auth');
  const [invitation, user] = await Promise.all([readInvitation(getServices().prisma, token), getPageUser()]);
  if (!invitation) {
    return (
      <AuthFrame title={t('goneTitle')} text={t('goneText')}>
        <LinkAnchor href="/">{auth('signIn')}</LinkAnchor>
      </AuthFrame>
    );
  }
  const back = `?callbackUrl=${encodeURIComponent(`/invite/${token}`)}`;
  return (
    <AuthFrame
      title={t('title', { workspace: invitation.workspaceName })}
      text={t('text', { role: t(`roles.${invitation.role}`) })}
    >
      <Stack gap="md">
        <Text size="sm">{t('forAddress', { email: invitation.email })}</Text>
        {user ? (
          <AcceptInvitation token={token} email={user.email} fits={user.email === invitation.email} />
        ) : (
          <Group grow>
            <LinkButton href={`/sign-in${back}`}>{auth('signIn')}</LinkButton>
            <LinkButton href={`/sign-up${back}`} variant="default">
              {auth('signUp')}
            </LinkButton>
          </Group>
        )}
      </Stack>
    </AuthFrame>
  );
};
