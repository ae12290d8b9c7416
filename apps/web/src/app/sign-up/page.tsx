import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { Entrance } from '../../features/auth/entrance.tsx';

export const generateMetadata = async (): Promise<Metadata> => ({ title: (await getTranslations('auth'))('signUp') });

export default async function SignUpPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  return <Entrance mode="sign-up" search={await searchParams} />;
}
