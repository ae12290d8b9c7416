import { postHook, refuseHook } from '../../../../features/triggers/server/hook-route.ts';

export const dynamic = 'force-dynamic';

export const POST = postHook;
export const GET = refuseHook;
export const PUT = refuseHook;
export const PATCH = refuseHook;
export const DELETE = refuseHook;
