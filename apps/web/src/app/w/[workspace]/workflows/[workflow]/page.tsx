import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { getPageUser } from '../../../../../features/auth/server/page-user.ts';
import { BuilderPage } from '../../../../../features/builder/builder-page.tsx';
import { findWorkflowName } from '../../../../../features/builder/server/find-workflow-name.ts';
import { getServices } from '../../../../../server/services.ts';

type PageProps = { params: Promise<{ workspace: string; workflow: string }> };

export const generateMetadata = async ({ params }: PageProps): Promise<Metadata> => {
  const [{ workspace, workflow }, user] = await Promise.all([params, getPageUser()]);
  const name =
    user && (await findWorkflowName(getServices().prisma, { slug: workspace, workflowId: workflow, userId: user.id }));
  return { title: name ?? (await getTranslations('workflows'))('title') };
};

export default async function Page({ params }: PageProps) {
  const [{ workflow }, user] = await Promise.all([params, getPageUser()]);
  if (!user) notFound();
  return <BuilderPage workflowId={workflow} userId={user.id} />;
}
