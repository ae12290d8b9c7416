import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Suspense } from 'react';
import { ExecutionsPage } from '../../../../features/executions/list/executions-page.tsx';

export const generateMetadata = async (): Promise<Metadata> => {
  const t = await getTranslations('executions');
  return { title: t('list.title') };
};

export default function Page() {
  return (
    <Suspense>
      <ExecutionsPage />
    </Suspense>
  );
}
