import { redirect } from 'next/navigation';
import { getTranslations } from 'next-intl/server';
import { getEnv } from '../../server/env.ts';
import { AuthFrame } from './auth-frame.tsx';
import { safeReturnPath } from './return-path.ts';
import { enabledOAuth } from './server/oauth-providers.ts';
import { getPageUser } from './server/page-user.ts';
import { SignInForm } from './sign-in-form.tsx';
import { SignUpForm } from './sign-up-form.tsx';

type Search = { callbackUrl?: string | string[]; error?: string | string[] };

/** next-auth hands its own absolute address on as `callbackUrl`. */
const returnPathOf = ({ callbackUrl }: Search): string => {
  const { publicUrl } = getEnv();
  const given = typeof callbackUrl === 'string' ? callbackUrl : '/';
  return safeReturnPath(given.startsWith(`${publicUrl}/`) ? given.slice(publicUrl.length) : given);
};

/** The sign-in and the sign-up page: whoever is signed in already is sent on. */
export const Entrance = async ({ mode, search }: { mode: 'sign-in' | 'sign-up'; search: Search }) => {
  const returnPath = returnPathOf(search);
  if (await getPageUser()) redirect(returnPath);
  const t = await getTranslations('auth');
  const oauth = enabledOAuth(getEnv());
  const suffix = returnPath === '/' ? '' : `?callbackUrl=${encodeURIComponent(returnPath)}`;
  if (mode === 'sign-up') {
    return (
      <AuthFrame
        title={t('signUpTitle')}
        text={t('signUpText')}
        other={{ text: t('haveAccount'), link: t('signIn'), href: `/sign-in${suffix}` }}
      >
        <SignUpForm returnPath={returnPath} oauth={oauth} />
      </AuthFrame>
    );
  }
  return (
    <AuthFrame
      title={t('signInTitle')}
      text={t('signInText')}
      other={{ text: t('noAccount'), link: t('signUp'), href: `/sign-up${suffix}` }}
    >
      <SignInForm
        returnPath={returnPath}
        failure={typeof search.error === 'string' ? search.error : undefined}
        oauth={oauth}
      />
    </AuthFrame>
  );
};
