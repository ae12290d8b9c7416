import { getTranslations } from 'next-intl/server';
import { LinkAnchor } from '../components/links.tsx';
import { AuthFrame } from '../features/auth/auth-frame.tsx';

export default async function NotFound() {
  const t = await getTranslations('common.notFound');
  return (
    <AuthFrame title={t('title')} text={t('text')}>
      <LinkAnchor href="/">{t('home')}</LinkAnchor>
    </AuthFrame>
  );
}
