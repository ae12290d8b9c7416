import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Suspense } from 'react';
import { AnalyticsPage } from '../../../../features/analytics/analytics-page.tsx';

export const generateMetadata = async (): Promise<Metadata> => {
  const t = await getTranslations('analytics');
  return { title: t('title') };
};

export default function Page() {
  return (
    <Suspense>
      <AnalyticsPage />
    </Suspense>
  );
}
