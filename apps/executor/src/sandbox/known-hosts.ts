import { createHmac } from 'node:crypto';

/**
 * Whether a `known_hosts` file, as OpenSSH keeps it, vouches for this key of a host: by its name, or by the hash of it. A key
 * that was revoked is no longer vouched for; patterns and authorities (`@cert-authority`) are not looked at.
 */
export const isKnownHostKey = (
  file: string,
  { host, port, key }: { host: string; port: number; key: Buffer },
): boolean => {
  const name = port === 22 ? host : `[${host}]:${port}`;
  const entries = file
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([first = '', ...rest]) => {
      const [names = '', _type, encoded = ''] = first === '@revoked' ? rest : [first, ...rest];
      const isOurs =
        !names.startsWith('@') && encoded === key.toString('base64') && names.split(',').some(isName(name));
      return isOurs ? [{ revoked: first === '@revoked' }] : [];
    });
  return entries.length > 0 && !entries.some(({ revoked }) => revoked);
};

const isName =
  (name: string) =>
  (entry: string): boolean => {
    const [, salt, hash] = /^\|1\|([^|]+)\|([^|]+)$/.exec(entry) ?? [];
    if (!salt || !hash) return entry === name;
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  };
