import { Anchor } from '@mantine/core';
import Link from 'next/link';
import { getTranslations } from 'next-intl/server';
import { AuthFrame } from '../features/auth/auth-frame.tsx';

export default async function NotFound() {
  const t = await getTranslations('common.notFound');
  return (
    <AuthFrame title={t('title')} text={t('text')}>
      <Anchor component={Link} href="/">
        {t('home')}
      </Anchor>
    </AuthFrame>
  );
}
