import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Grant = { challenge: string; redirectUri: string };

export type OAuthServer = {
  origin: string;
  host: string;
  port: number;
  client: { clientId: string; clientSecret: string };
  /** Every body that the token endpoint was sent. */
  tokenRequests: URLSearchParams[];
  /** Every token that it gave. */
  tokens: string[];
  /** Takes an access token back before its time. */
  revoke: (accessToken: string) => void;
  /** What happens before a token is given. */
  beforeToken: (work: () => Promise<void>) => void;
  settings: (more?: object) => {
    authorizeUrl: string;
    tokenUrl: string;
    clientId: string;
    clientAuth: 'basic' | 'body';
    scopes: string[];
  };
  close: () => Promise<void>;
};

/**
 * A provider as RFC 6749 and 7636 have it: an authorization page, a token endpoint that gives out each refresh token for
 * one use and ends everything when one is shown twice, and `/api`, which wants a token and repeats what it was sent.
 */
export const startOAuthServer = async ({ lifetimeSeconds = 3_600 } = {}): Promise<OAuthServer> => {
  const client = { clientId: 'the client', clientSecret: 'client-secret+with/odd=characters' };
  const codes = new Map<string, Grant>();
  const live = new Set<string>();
  const refreshTokens = new Map<string, 'unused' | 'used'>();
  const tokenRequests: URLSearchParams[] = [];
  const tokens: string[] = [];
  let before: () => Promise<void> = async () => undefined;

  const issue = (withRefresh: boolean) => {
    const accessToken = `access-${randomBytes(12).toString('hex')}`;
    live.add(accessToken);
    tokens.push(accessToken);
    if (!withRefresh) return { access_token: accessToken, token_type: 'Bearer', expires_in: lifetimeSeconds };
    const refreshToken = `refresh-${randomBytes(12).toString('hex')}`;
    refreshTokens.set(refreshToken, 'unused');
    tokens.push(refreshToken);
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
      refresh_token: refreshToken,
    };
  };

  const grant = (body: URLSearchParams): object | undefined => {
    switch (body.get('grant_type')) {
      case 'client_credentials':
        return issue(false);
      case 'refresh_token': {
        const token = body.get('refresh_token') ?? '';
        if (refreshTokens.get(token) !== 'unused') {
          // Shown twice: somebody may have stolen it.
          live.clear();
          refreshTokens.clear();
          return undefined;
        }
        refreshTokens.set(token, 'used');
        return issue(true);
      }
      case 'authorization_code': {
        const code = codes.get(body.get('code') ?? '');
        codes.delete(body.get('code') ?? '');
        const challenge = createHash('sha256')
          .update(body.get('code_verifier') ?? '')
          .digest('base64url');
        return code?.challenge === challenge && code.redirectUri === body.get('redirect_uri') ? issue(true) : undefined;
      }
      default:
        return undefined;
    }
  };

  const authorize = (url: URL, response: ServerResponse): void => {
    const query = url.searchParams;
    const redirectUri = query.get('redirect_uri') ?? '';
    const isRight =
      query.get('response_type') === 'code' &&
      query.get('client_id') === client.clientId &&
      query.get('code_challenge_method') === 'S256';
    if (!isRight) return void response.writeHead(400).end('wrong');
    const back = new URL(redirectUri);
    back.searchParams.set('state', query.get('state') ?? '');
    if (query.get('scope')?.includes('refuse')) back.searchParams.set('error', 'access_denied');
    else {
      const code = randomBytes(12).toString('hex');
      codes.set(code, { challenge: query.get('code_challenge') ?? '', redirectUri });
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  };

  const giveToken = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = new URLSearchParams(await text(request));
    tokenRequests.push(body);
    await before();
    const json = (status: number, value: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (!isClient(request, body, client)) {
      return void json(401, { error: 'invalid_client', error_description: `You sent ${body.get('client_secret')}` });
    }
    const given = grant(body);
    json(given ? 200 : 400, given ?? { error: 'invalid_grant' });
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/authorize') return authorize(url, response);
    if (url.pathname === '/token') return void giveToken(request, response);
    const authorization = request.headers.authorization ?? '';
    const isLive = live.has(authorization.replace('Bearer ', ''));
    response.writeHead(isLive ? 200 : 401, { 'content-type': 'application/json', 'x-echo': authorization });
    response.end(JSON.stringify({ authorization }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    host: `127.0.0.1:${port}`,
    port,
    client,
    tokenRequests,
    tokens,
    revoke: (accessToken) => live.delete(accessToken),
    beforeToken: (work) => {
      before = work;
    },
    settings: (more = {}) => ({
      authorizeUrl: `${origin}/authorize`,
      tokenUrl: `${origin}/token`,
      clientId: client.clientId,
      clientAuth: 'basic',
      scopes: [],
      ...more,
    }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const isClient = (
  request: IncomingMessage,
  body: URLSearchParams,
  { clientId, clientSecret }: OAuthServer['client'],
): boolean => {
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (!basic) return body.get('client_id') === clientId && body.get('client_secret') === clientSecret;
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':');
  // Both are form-encoded inside.
  const decode = (part: string) => new URLSearchParams(`part=${part}`).get('part');
  return decode(id) === clientId && decode(secret) === clientSecret;
};
