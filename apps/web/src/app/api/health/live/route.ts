export const dynamic = 'force-dynamic';

/** Live: this process answers. To start it again would not bring back a database that is away. */
export const GET = (): Response => Response.json({ status: 'ok' }, { headers: { 'Cache-Control': 'no-store' } });
