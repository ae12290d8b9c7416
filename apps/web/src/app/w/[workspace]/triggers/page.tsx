import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Suspense } from 'react';
import { TriggersPage } from '../../../../features/triggers/triggers-page.tsx';

export const generateMetadata = async (): Promise<Metadata> => {
  const t = await getTranslations('triggers');
  return { title: t('title') };
};

export default function Page() {
  return (
    <Suspense>
      <TriggersPage />
    </Suspense>
  );
}
