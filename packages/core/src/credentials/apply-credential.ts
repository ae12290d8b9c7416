import { parseConnectionUrl } from './connection-url.ts';
import type { Credential } from './credential.ts';
import { basicAuth } from './oauth2-token.ts';

export type CredentialAdditions = {
  /** Names in lower case. */
  headers: Record<string, string>;
  query: Record<string, string>;
};

/** What a credential adds to a request. Nothing for a database's. */
export const additionsOf = (credential: Credential): CredentialAdditions => {
  switch (credential.kind) {
    case 'api_key': {
      const { in: place, name } = credential.settings;
      const { value } = credential.secret;
      return place === 'query'
        ? { headers: {}, query: { [name]: value } }
        : { headers: { [name.toLowerCase()]: value }, query: {} };
    }
    case 'bearer':
      return authorization(`Bearer ${credential.secret.token}`);
    case 'basic':
      return authorization(basicAuth(credential.settings.username, credential.secret.password));
    case 'oauth2_client_credentials':
    case 'oauth2_authorization_code':
      return authorization(`Bearer ${credential.secret.accessToken ?? ''}`);
    case 'database':
      return { headers: {}, query: {} };
  }
};

const authorization = (value: string): CredentialAdditions => ({ headers: { authorization: value }, query: {} });

/** Everything of it that must not show, as it is sent. */
export const secretsOf = (credential: Credential): string[] => {
  switch (credential.kind) {
    case 'api_key':
      return [credential.secret.value];
    case 'bearer':
      return [credential.secret.token];
    case 'basic': {
      const { password } = credential.secret;
      return [password, basicAuth(credential.settings.username, password).slice('Basic '.length)];
    }
    case 'oauth2_client_credentials':
    case 'oauth2_authorization_code': {
      const { clientSecret, accessToken, refreshToken } = credential.secret;
      return [clientSecret, accessToken, refreshToken].filter((secret) => secret !== undefined);
    }
    case 'database': {
      const { url } = credential.secret;
      const address = parseConnectionUrl(url);
      // Never the user's name: it is in every other error message.
      return [url, address?.password ?? ''].filter((secret) => secret !== '');
    }
  }
};
