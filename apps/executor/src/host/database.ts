import { parseConnectionUrl } from '@agentweaver/core/credentials/connection-url';
import type { CredentialOf } from '@agentweaver/core/credentials/credential';
import { credentialFailed } from '@agentweaver/core/credentials/oauth2-token';
import type { EgressRules } from '@agentweaver/core/egress/egress-policy';
import { openGuardedSocket } from '@agentweaver/core/egress/guarded-socket';
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
    const query: ExternalQuery = { sql, params, readOnly, maxRows, timeoutMs, signal };
    const run = async (): Promise<ExternalResult> => {
      if (request.credential) {
        const credential = await credentials.database(request.credential);
        const database = databaseOf(credential, rules);
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

const databaseOf = (credential: CredentialOf<'database'>, rules: EgressRules): ExternalDatabase => {
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
    connect: (signal) => openGuardedSocket({ host, port, rules, signal, timeoutMs: CONNECT_TIMEOUT_MS }),
  };
};
