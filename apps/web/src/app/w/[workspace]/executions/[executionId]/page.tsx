import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Suspense } from 'react';
import { ExecutionPage } from '../../../../../features/executions/detail/execution-page.tsx';

export const generateMetadata = async (): Promise<Metadata> => {
  const t = await getTranslations('executions');
  return { title: t('detail.title') };
};

export default async function Page({ params }: { params: Promise<{ executionId: string }> }) {
  const { executionId } = await params;
  return (
    <Suspense>
      <ExecutionPage key={executionId} executionId={executionId} />
    </Suspense>
  );
}
