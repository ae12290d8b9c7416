import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { InvitationPage } from '../../../features/workspace/invitation-page.tsx';

export const generateMetadata = async (): Promise<Metadata> => ({
  title: (await getTranslations('auth.invitation'))('accept'),
  // The address is a secret: it must not travel to other sites or into an index.
  referrer: 'no-referrer',
  robots: { index: false },
});

export default async function InvitePage({ params }: { params: Promise<{ token: string }> }) {
  const { token } = await params;
  return <InvitationPage token={token} />;
}
