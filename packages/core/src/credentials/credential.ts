import { z } from 'zod';

/** What a credential is made of. Safe in a browser: nothing here reads or sends one. */
export const CREDENTIAL_KINDS = [
  'api_key',
  'bearer',
  'basic',
  'oauth2_client_credentials',
  'oauth2_authorization_code',
  'database',
] as const;
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** Workflows name a credential in their text, so it stays short and on one line. */
export const credentialNameSchema = z
  .string()
  .trim()
  .min(1, 'is missing')
  .max(120)
  .regex(/^[^\p{Cc}{}]*$/u, 'must not hold line breaks or braces');

const HOST_PATTERN =
  /^(?:\*\.)?(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const IPV6 = /^[0-9a-f:]*:[0-9a-f:.]*$/;

/** `api.example.com`, `*.example.com`, `10.0.0.5` or an IPv6 address; no scheme, no port. `*.com` covers too much. */
export const isCredentialHost = (value: string): boolean =>
  IPV6.test(value) || (HOST_PATTERN.test(value) && !/^\*\.[^.]+$/.test(value));

export const allowedHostsSchema = z
  .array(z.string().trim().toLowerCase().refine(isCredentialHost, 'must be a host name, without scheme, path or port'))
  .max(20);

/** Header values and query parameters: anything printable; pasted secrets lose the white space around them. */
const secretText = z
  .string()
  .trim()
  .min(1, 'is missing')
  .max(8_000)
  .regex(/^[^\p{Cc}]*$/u, 'must be one line');

const webAddress = z
  .string()
  .trim()
  .max(2_000)
  .refine((value) => {
    const url = URL.parse(value);
    return url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.hash;
  }, 'must be an http or https address without a name and password');

const scopes = z
  .array(
    z
      .string()
      .trim()
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must not hold white space or quotes')
      .max(300),
  )
  .max(50)
  .default([]);

/** How the client names itself to the token endpoint. */
const clientAuth = z.enum(['basic', 'body']).default('basic');
const clientId = z.string().trim().min(1, 'is missing').max(500);

export const oauthTokensSchema = z.object({
  accessToken: z.string().optional(),
  refreshToken: z.string().optional(),
});

/** Settings may be shown; secrets go no further than the call that needs them. */
export const CREDENTIAL_SHAPES = {
  api_key: {
    settings: z.object({
      in: z.enum(['header', 'query']).default('header'),
      /** Of the header or the query parameter. */
      name: z
        .string()
        .trim()
        .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, 'must be the name of a header or a query parameter')
        // These belong to the connection.
        .refine(
          (name) => !/^(connection|content-length|host|te|trailer|transfer-encoding|upgrade|expect)$/i.test(name),
          'is not free to be set',
        ),
    }),
    secret: z.object({ value: secretText }),
  },
  bearer: { settings: z.object({}), secret: z.object({ token: secretText }) },
  basic: {
    settings: z.object({
      username: z
        .string()
        .min(1, 'is missing')
        .max(500)
        .regex(/^[^\p{Cc}:]*$/u, 'must not hold a colon'),
    }),
    secret: z.object({ password: z.string().max(8_000) }),
  },
  oauth2_client_credentials: {
    settings: z.object({ tokenUrl: webAddress, clientId, clientAuth, scopes }),
    secret: z.object({ clientSecret: secretText, ...oauthTokensSchema.shape }),
  },
  oauth2_authorization_code: {
    settings: z.object({ authorizeUrl: webAddress, tokenUrl: webAddress, clientId, clientAuth, scopes }),
    /** A public client has no secret; PKCE protects it. */
    secret: z.object({ clientSecret: z.string().trim().max(8_000), ...oauthTokensSchema.shape }),
  },
  database: {
    settings: z.object({
      /** `unverified` encrypts but believes any certificate. */
      tls: z.enum(['off', 'verify', 'unverified']).default('verify'),
      /** These four are read from the connection URL, for showing. */
      engine: z.enum(['postgres', 'mysql']).default('postgres'),
      host: z.string().default(''),
      port: z.int().default(0),
      database: z.string().default(''),
    }),
    secret: z.object({ url: z.string().trim().max(4_000) }),
  },
} as const satisfies Record<CredentialKind, { settings: z.ZodObject; secret: z.ZodObject }>;

export type CredentialSettings<Kind extends CredentialKind> = z.output<(typeof CREDENTIAL_SHAPES)[Kind]['settings']>;
export type CredentialSecret<Kind extends CredentialKind> = z.output<(typeof CREDENTIAL_SHAPES)[Kind]['secret']>;

/** An opened credential; stays on the host. */
export type Credential = {
  [Kind in CredentialKind]: {
    id: string;
    name: string;
    kind: Kind;
    settings: CredentialSettings<Kind>;
    secret: CredentialSecret<Kind>;
    allowedHosts: string[];
    /** Rises with every write. */
    revision: number;
    /** OAuth2: when the access token ends. */
    expiresAt: Date | null;
  };
}[CredentialKind];

export type CredentialOf<Kind extends CredentialKind> = Extract<Credential, { kind: Kind }>;
export type OAuthCredential = CredentialOf<'oauth2_client_credentials'> | CredentialOf<'oauth2_authorization_code'>;

export const isOAuth = (credential: Credential): credential is OAuthCredential =>
  credential.kind === 'oauth2_client_credentials' || credential.kind === 'oauth2_authorization_code';
