import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { WorkflowsPage } from '../../../../features/workflows/workflows-page.tsx';

export const generateMetadata = async (): Promise<Metadata> => {
  const t = await getTranslations('workflows');
  return { title: t('title') };
};

export default function Page() {
  return <WorkflowsPage />;
}
