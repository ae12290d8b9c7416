import { handleAuth } from '../../../../features/auth/server/handle-auth.ts';

export const dynamic = 'force-dynamic';

export { handleAuth as GET, handleAuth as POST };
