import type { CredentialKind } from '@agentweaver/core/credentials/credential';

/** What the form holds, whatever the kind; the server takes what belongs to the kind. */
export type CredentialValues = {
  name: string;
  kind: CredentialKind;
  allowedHosts: string[];
  settings: {
    in: 'header' | 'query';
    name: string;
    username: string;
    authorizeUrl: string;
    tokenUrl: string;
    clientId: string;
    clientAuth: 'basic' | 'body';
    scopes: string[];
    tls: 'off' | 'verify' | 'unverified';
  };
  secret: { value: string; token: string; password: string; clientSecret: string; url: string };
  /** When changing one: whether a new secret is given. */
  replaceSecret: boolean;
};

export type CredentialRow = {
  id: string;
  name: string;
  kind: CredentialKind;
  settings: Record<string, unknown>;
  allowedHosts: string[];
  lastFour: string;
  revision: number;
  connectedAt: Date | null;
  lastUsedAt: Date | null;
  lastError: string | null;
  createdAt: Date;
};

export const SECRET_FIELDS: Record<CredentialKind, keyof CredentialValues['secret']> = {
  api_key: 'value',
  bearer: 'token',
  basic: 'password',
  oauth2_client_credentials: 'clientSecret',
  oauth2_authorization_code: 'clientSecret',
  database: 'url',
};

const EMPTY_SETTINGS: CredentialValues['settings'] = {
  in: 'header',
  name: 'Authorization',
  username: '',
  authorizeUrl: '',
  tokenUrl: '',
  clientId: '',
  clientAuth: 'basic',
  scopes: [],
  tls: 'verify',
};

export const initialValues = (credential?: CredentialRow): CredentialValues => ({
  name: credential?.name ?? '',
  kind: credential?.kind ?? 'api_key',
  allowedHosts: credential?.allowedHosts ?? [],
  settings: { ...EMPTY_SETTINGS, ...credential?.settings },
  secret: { value: '', token: '', password: '', clientSecret: '', url: '' },
  replaceSecret: credential === undefined,
});

/**
 * Where a problem that the server found is shown, and by which text: each field has one that says what it takes.
 * `settings.scopes.1` is about the field `settings.scopes`.
 */
export const placeOfProblem = (
  { field, message }: { field: string; message: string },
  kind: CredentialKind,
): { field: string; text: string } => {
  const path = field.replace(/\.\d+$/, '');
  const place = path === 'secret' ? `secret.${SECRET_FIELDS[kind]}` : path;
  if (message === 'name_taken' || message === 'secret_needed') return { field: place, text: message };
  return { field: place, text: place.replace('.', '_') };
};
