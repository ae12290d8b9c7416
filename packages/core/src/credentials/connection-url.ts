import { z } from 'zod';

export type DatabaseAddress = {
  engine: 'postgres' | 'mysql';
  /** Without the brackets of IPv6. */
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
};

const ENGINES: Record<string, Pick<DatabaseAddress, 'engine' | 'port'>> = {
  'postgres:': { engine: 'postgres', port: 5432 },
  'postgresql:': { engine: 'postgres', port: 5432 },
  'mysql:': { engine: 'mysql', port: 3306 },
  'mariadb:': { engine: 'mysql', port: 3306 },
};

/**
 * Reads `postgres://user:password@host:port/database`, or the same with `mysql`. What stands behind `?` is refused
 * rather than ignored: drivers read files and sockets from there. `undefined` for anything else.
 */
export const parseConnectionUrl = (text: string): DatabaseAddress | undefined => {
  const url = URL.parse(text.trim());
  const known = url && ENGINES[url.protocol];
  if (!url || !known || url.hostname === '' || url.search || url.hash) return undefined;
  const database = url.pathname.replace(/^\//, '');
  try {
    const parts = {
      host: decodeURIComponent(url.hostname).replace(/^\[|\]$/g, ''),
      database: decodeURIComponent(database),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
    };
    // A path as the host means a local socket to some drivers.
    if (/[/\\\0%]/.test(parts.host) || parts.database === '' || parts.database.includes('/') || parts.user === '') {
      return undefined;
    }
    return { engine: known.engine, port: url.port ? Number(url.port) : known.port, ...parts };
  } catch {
    return undefined;
  }
};

export const connectionUrlSchema = z
  .string()
  .refine(
    (text) => parseConnectionUrl(text) !== undefined,
    'must be postgres://user:password@host:port/database or mysql://…, without options behind it',
  );
