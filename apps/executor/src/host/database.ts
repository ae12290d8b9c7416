import type { Socket } from 'node:net';
import { parseConnectionUrl } from '@agentweaver/core/credentials/connection-url';
import type { CredentialOf } from '@agentweaver/core/credentials/credential';
import { credentialFailed } from '@agentweaver/core/credentials/oauth2-token';
import type { EgressRules } from '@agentweaver/core/egress/egress-policy';
import { openGuardedSocket } from '@agentweaver/core/egress/guarded-socket';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { databaseResultSchema } from '@agentweaver/core/host/ports/database';
import {
  CONNECT_TIMEOUT_MS,
  databaseFailed,
  type ExternalDatabase,
  type ExternalQuery,
  type ExternalResult,
} from '@agentweaver/db/external/external-query';
import { queryMysql } from '@agentweaver/db/external/query-mysql';
import { queryPostgres } from '@agentweaver/db/external/query-postgres';
import type { Credentials } from './credentials.ts';
import type { ExecutionFiles } from './files.ts';
import type { HostServices } from './host-calls.ts';
import { maskError } from './mask-error.ts';
import { createSqliteService } from './sqlite.ts';

export type DatabaseOptions = { rules: EgressRules; credentials: Credentials; files: ExecutionFiles };

/** A query to a database of the workspace's, or to an SQLite file of the execution. */
export const createDatabaseService = ({
  rules,
  credentials,
  files,
}: DatabaseOptions): HostServices['database.query'] => {
  const sqlite = createSqliteService(files);

  return async (request, { signal, nodeId }) => {
    const { sql, params, readOnly, maxRows, timeoutMs } = request;
    const flood = new AbortController();
    const query: ExternalQuery = {
      sql,
      params,
      readOnly,
      maxRows,
      timeoutMs,
      signal: AbortSignal.any([signal, flood.signal]),
    };
    const run = async (): Promise<ExternalResult> => {
      if (request.credential) {
        const credential = await credentials.database(request.credential);
        const database = databaseOf(credential, rules, flood);
        return database.address.engine === 'mysql' ? queryMysql(database, query) : queryPostgres(database, query);
      }
      if (request.file) return sqlite(request.file, nodeId, query);
      throw databaseFailed('The step names no database.', 'Choose a credential, or an SQLite file of the execution.');
    };
    try {
      const result = await run();
      return databaseResultSchema.parse(credentials.mask().json(result));
    } catch (error) {
      throw maskError(error, credentials.mask());
    }
  };
};

const databaseOf = (
  credential: CredentialOf<'database'>,
  rules: EgressRules,
  flood: AbortController,
): ExternalDatabase => {
  const address = parseConnectionUrl(credential.secret.url);
  if (!address) {
    throw credentialFailed(
      credential.name,
      'it holds no connection URL.',
      'Enter postgres://… or mysql://… again in the settings.',
    );
  }
  const { host, port } = address;
  return {
    address,
    tls: credential.settings.tls,
    connect: async (signal) => {
      const socket = await openGuardedSocket({ host, port, rules, signal, timeoutMs: CONNECT_TIMEOUT_MS });
      stopFlood(socket, flood);
      return socket;
    },
  };
};

/** Far above what the rows of a result may weigh. */
const MAX_RECEIVED_BYTES = 64 * 1024 * 1024;
const WATCH_MS = 25;

/**
 * Drivers keep a row whole, and rows until a batch is full, before anything here can count them: the server would decide
 * how much memory the executor needs.
 */
const stopFlood = (socket: Socket, flood: AbortController): void => {
  const watch = setInterval(() => {
    if (socket.bytesRead <= MAX_RECEIVED_BYTES) return;
    socket.destroy();
    flood.abort(
      new ExecutionError({
        code: 'output_too_large',
        message: `The database sent more than ${MAX_RECEIVED_BYTES / 1024 / 1024} MB.`,
        hint: 'Ask for fewer rows, or for parts of large values.',
      }),
    );
  }, WATCH_MS);
  socket.once('close', () => clearInterval(watch));
};
