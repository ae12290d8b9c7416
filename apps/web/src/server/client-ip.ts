/** Set by `src/server/main.ts` on every request; what a caller sends under this name is overwritten there. */
export const CLIENT_IP_HEADER = 'x-agentweaver-client-ip';

export const clientIp = (headers: Headers): string => headers.get(CLIENT_IP_HEADER) ?? 'unknown';
