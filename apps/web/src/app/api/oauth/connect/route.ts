import { connectCredential } from '../../../../features/credentials/server/oauth-routes.ts';

export const dynamic = 'force-dynamic';

export { connectCredential as POST };
