import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { getPageUser } from '../../../../../features/auth/server/page-user.ts';
import { BuilderPage } from '../../../../../features/builder/builder-page.tsx';

export const generateMetadata = async (): Promise<Metadata> => {
  const t = await getTranslations('builder.canvas');
  return { title: t('label') };
};

export default async function Page({ params }: { params: Promise<{ workflow: string }> }) {
  const [{ workflow }, user] = await Promise.all([params, getPageUser()]);
  if (!user) notFound();
  return <BuilderPage workflowId={workflow} userId={user.id} />;
}
