import { returnFromProvider } from '../../../../features/credentials/server/oauth-routes.ts';

export const dynamic = 'force-dynamic';

export { returnFromProvider as GET };
