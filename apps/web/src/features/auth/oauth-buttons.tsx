'use client';

import { Button, Divider, Stack } from '@mantine/core';
import { IconBrandGithub, IconBrandGoogle } from '@tabler/icons-react';
import { signIn } from 'next-auth/react';
import { useTranslations } from 'next-intl';

const LOOK = {
  github: { name: 'GitHub', icon: IconBrandGithub },
  google: { name: 'Google', icon: IconBrandGoogle },
} as const;

export const OAuthButtons = ({ names, returnPath }: { names: (keyof typeof LOOK)[]; returnPath: string }) => {
  const t = useTranslations('auth');
  if (names.length === 0) return null;
  return (
    <Stack gap="sm">
      <Divider label={t('or')} />
      {names.map((key) => {
        const { name, icon: Icon } = LOOK[key];
        return (
          <Button
            key={key}
            variant="default"
            leftSection={<Icon size={18} aria-hidden />}
            onClick={() => void signIn(key, { callbackUrl: returnPath })}
          >
            {t('continueWith', { name })}
          </Button>
        );
      })}
    </Stack>
  );
};
