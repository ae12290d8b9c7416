/** Scripts run by nonce alone. Styles may be inline: Mantine and React Flow set them on elements. */
export const contentSecurityPolicy = ({
  nonce,
  host,
  development,
}: {
  nonce: string;
  host: string | null;
  development: boolean;
}): string => {
  // Safari's 'self' leaves WebSockets out.
  const sockets = host && /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${sockets}`,
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
};
