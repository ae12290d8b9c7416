import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { InboxPage } from '../../../../features/executions/waits/inbox-page.tsx';

export const generateMetadata = async (): Promise<Metadata> => {
  const t = await getTranslations('executions');
  return { title: t('inbox.title') };
};

export default function Page() {
  return <InboxPage />;
}
