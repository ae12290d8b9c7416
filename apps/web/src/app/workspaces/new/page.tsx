import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { AuthFrame } from '../../../features/auth/auth-frame.tsx';
import { getPageUser } from '../../../features/auth/server/page-user.ts';
import { NewWorkspaceForm } from '../../../features/workspace/new-workspace-form.tsx';

export const generateMetadata = async (): Promise<Metadata> => ({
  title: (await getTranslations('auth.workspace'))('title'),
});

export default async function NewWorkspacePage() {
  if (!(await getPageUser())) redirect('/sign-in?callbackUrl=%2Fworkspaces%2Fnew');
  const t = await getTranslations('auth.workspace');
  return (
    <AuthFrame title={t('title')} text={t('text')}>
      <NewWorkspaceForm />
    </AuthFrame>
  );
}
