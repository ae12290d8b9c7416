import { additionsOf, type CredentialAdditions, secretsOf } from '@agentweaver/core/credentials/apply-credential';
import { type Credential, type CredentialOf, isOAuth } from '@agentweaver/core/credentials/credential';
import { createMask, type Mask } from '@agentweaver/core/credentials/mask-secrets';
import { credentialFailed } from '@agentweaver/core/credentials/oauth2-token';
import { matchesHost } from '@agentweaver/core/egress/egress-policy';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { findCredential, noteCredentialUse } from '@agentweaver/db/credential-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { TokenKeeper } from './oauth-tokens.ts';

/** What a credential adds to a request to one host. */
export type AppliedCredential = CredentialAdditions & {
  /** After the server refused the token: the same with a new one. Only OAuth2 can. */
  renew?: () => Promise<AppliedCredential>;
};

/** A workspace's credentials, as one execution uses them. */
export type Credentials = {
  /** Rejects with `credential_failed`: unknown, of the wrong kind, not for this host, no token to be had. */
  forUrl(name: string, url: URL, signal: AbortSignal): Promise<AppliedCredential>;
  database(name: string): Promise<CredentialOf<'database'>>;
  /** Hides every secret that this execution has used so far: a server may echo one in any later answer. */
  mask(): Mask;
};

const ADD_IT = 'Add it in the settings of the workspace under Credentials, or correct the name in the step.';

export const createCredentials = ({
  prisma,
  masterKey,
  workspaceId,
  tokens,
}: {
  prisma: PrismaClient;
  masterKey: string;
  workspaceId: string;
  tokens: TokenKeeper;
}): Credentials => {
  const scope = { masterKey, workspaceId };
  const used = new Set<string>();
  const secrets = new Set<string>();
  let mask = createMask([]);

  const open = async (name: string): Promise<Credential> => {
    let credential: Credential | undefined;
    try {
      credential = await findCredential(prisma, scope, { name });
    } catch (cause) {
      throw credentialFailed(name, 'what is stored cannot be read.', 'Enter its secret again in the settings.', cause);
    }
    if (!credential) {
      throw new ExecutionError({
        code: 'credential_failed',
        message: `There is no credential named “${name}” in this workspace.`,
        hint: ADD_IT,
      });
    }
    return credential;
  };

  /** Before the secret goes anywhere, so that it is known when it comes back. */
  const remember = (credential: Credential): void => {
    const before = secrets.size;
    for (const secret of secretsOf(credential)) secrets.add(secret);
    if (secrets.size > before) mask = createMask([...secrets]);
    if (used.has(credential.id)) return;
    used.add(credential.id);
    // Only for people to see; a request must not wait for it, nor fail with it.
    noteCredentialUse(prisma, { id: credential.id, error: null }).catch(() => undefined);
  };

  const apply = async (name: string, signal: AbortSignal, refused?: Credential): Promise<AppliedCredential> => {
    const found = refused ?? (await open(name));
    const credential = isOAuth(found)
      ? await tokens.ensure(scope, found, { signal, refused: refused !== undefined })
      : found;
    remember(credential);
    return {
      ...additionsOf(credential),
      ...(isOAuth(credential) && !refused ? { renew: () => apply(name, signal, credential) } : {}),
    };
  };

  return {
    forUrl: async (name, url, signal) => {
      const credential = await open(name);
      if (credential.kind === 'database') {
        throw credentialFailed(name, 'it is for databases, not for web addresses.', 'Choose another credential.');
      }
      if (!matchesHost(url.hostname, credential.allowedHosts)) {
        throw credentialFailed(
          name,
          `it may not be sent to ${url.hostname}.`,
          `It is for ${credential.allowedHosts.join(', ') || 'no host'}. An owner can change that in the settings.`,
        );
      }
      return apply(name, signal);
    },
    database: async (name) => {
      const credential = await open(name);
      if (credential.kind !== 'database') {
        throw credentialFailed(name, 'it is not for databases.', 'Choose a credential of the kind “database”.');
      }
      remember(credential);
      return credential;
    },
    mask: () => mask,
  };
};
