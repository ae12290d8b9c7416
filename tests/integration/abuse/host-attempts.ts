import type { HostMethod } from '@agentweaver/core/host/host-calls';

/** A call as a sandbox may send it, whatever the engine in it would have sent. */
export type HostAttempt = {
  family:
    | 'addresses'
    | 'names'
    | 'redirects'
    | 'schemes'
    | 'headers'
    | 'credentials'
    | 'protocols'
    | 'answers'
    | 'files';
  name: string;
  method: HostMethod;
  params: Record<string, unknown>;
  /** The code it ends with. */
  code: RegExp;
};

const REFUSED = /^(egress_denied|http_failed)$/;
const DENIED = /^egress_denied$/;

const http = (
  family: HostAttempt['family'],
  name: string,
  url: string,
  more: Record<string, unknown> = {},
  code = REFUSED,
): HostAttempt => ({
  family,
  name,
  method: 'http.fetch',
  params: { method: 'GET', url, headers: {}, timeoutMs: 5_000, ...more },
  code,
});

/** `port` is where the canary listens on every address of this machine; `open` a host that the operator has opened. */
export const hostAttempts = ({ port, open }: { port: number; open: string }): HostAttempt[] => [
  ...Object.entries({
    'this machine': '127.0.0.1',
    'this machine by another address': '127.8.9.10',
    'this machine by name': 'localhost',
    'this machine by a name below localhost': 'canary.localhost',
    'a name with a dot at its end': 'localhost.',
    'an address with a dot at its end': '127.0.0.1.',
    'a decimal address': '2130706433',
    'an octal address': '0177.0.0.1',
    'a hexadecimal address': '0x7f000001',
    'a mixed address': '0x7f.0.1',
    'a short address': '127.1',
    'the unspecified address': '0.0.0.0',
    zero: '0',
    'IPv6 loopback': '[::1]',
    'IPv6 unspecified': '[::]',
    'IPv4 mapped into IPv6': '[::ffff:127.0.0.1]',
    'IPv4 mapped into IPv6, in hexadecimal': '[::ffff:7f00:1]',
    'IPv4 compatible IPv6': '[::127.0.0.1]',
    NAT64: '[64:ff9b::7f00:1]',
    '6to4': '[2002:7f00:1::]',
    'digits in circles': '①②⑦.⓪.⓪.①',
    'full-width digits': '１２７.０.０.１',
    'a provider network (CGNAT)': '100.64.0.1',
    'a private address, class A': '10.0.0.1',
    'a private address, class B': '172.16.0.1',
    'a private address, class C': '192.168.0.1',
    'a benchmark network': '198.18.0.1',
    'a multicast address': '224.0.0.1',
    'the broadcast address': '255.255.255.255',
    'a link-local IPv6 address': '[fe80::1]',
    'a unique local IPv6 address': '[fd00::1]',
    'the site-local IPv6 range': '[fec0::1]',
    'the documentation range': '192.0.2.1',
  }).map(([name, host]) => http('addresses', name, `http://${host}:${port}/x`)),
  http('addresses', 'the metadata of the cloud', 'http://169.254.169.254/latest/meta-data/', {}, DENIED),
  http('addresses', 'the metadata of the cloud, decimal', 'http://2852039166/latest/meta-data/', {}, DENIED),
  http('addresses', 'the metadata of the cloud, IPv6', 'http://[fd00:ec2::254]/latest/meta-data/', {}, DENIED),
  http('addresses', 'the metadata of the cloud, NAT64', 'http://[64:ff9b::a9fe:a9fe]/', {}, DENIED),
  http('addresses', 'an address with a zone', `http://[fe80::1%25eth0]:${port}/`),
  http('addresses', 'an engine’s socket as a host', 'http://unix:/var/run/docker.sock:/info'),

  http('names', 'a name that means this machine', `http://inside.test:${port}/`, {}, DENIED),
  http('names', 'a name that means this machine in IPv6', `http://inside6.test:${port}/`, {}, DENIED),
  http('names', 'a name that means the metadata', 'http://metadata.test/', {}, DENIED),
  http('names', 'a name with a public and then a private address (rebinding)', `http://rebinding.test:${port}/`, {
    timeoutMs: 700,
  }),
  http('names', 'a name with both at once', `http://both.test:${port}/`, { timeoutMs: 700 }),
  http('names', 'a name that nobody has', 'http://nobody.test/'),

  ...[301, 302, 303, 307, 308].map((status) =>
    http(
      'redirects',
      `to this machine, with ${status}`,
      `http://${open}/redirect/${status}?to=http://127.0.0.1:${port}/x`,
      {},
      DENIED,
    ),
  ),
  http(
    'redirects',
    'to a name of this machine',
    `http://${open}/redirect/302?to=http://inside.test:${port}/`,
    {},
    DENIED,
  ),
  http('redirects', 'to a decimal address', `http://${open}/redirect/302?to=http://2130706433:${port}/`, {}, DENIED),
  http('redirects', 'to a file', `http://${open}/redirect/302?to=file:///etc/passwd`, {}, DENIED),
  http('redirects', 'without a scheme', `http://${open}/redirect/302?to=//127.0.0.1:${port}/`, {}, DENIED),
  http('redirects', 'with a user name', `http://${open}/redirect/302?to=http://a:b@127.0.0.1:${port}/`, {}, DENIED),
  http('redirects', 'without end', `http://${open}/loop`, {}, /^http_failed$/),

  ...[
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_INFO',
    'data:text/plain,hello',
    'ftp://127.0.0.1/',
    'unix:///var/run/docker.sock',
    'blob:nodedata:1',
    'javascript:1',
    'dict://127.0.0.1:6379/info',
    'ws://127.0.0.1/',
  ].map((url) => http('schemes', url.replace(/:.*/, ''), url)),
  http('schemes', 'none at all', `//127.0.0.1:${port}/`),
  http('schemes', 'a user name before the host', `http://example.com@127.0.0.1:${port}/`),
  http('schemes', 'a user name with a backslash', `http://example.com\\@127.0.0.1:${port}/`),
  http('schemes', 'a tab inside', `ht\ttp://127.0.0.1:${port}/`),

  http(
    'headers',
    'a line break in a value',
    `http://${open}/echo`,
    { headers: { 'x-a': 'b\r\nx-injected: 1' } },
    /^(http_failed|bad_request|node_failed|egress_denied)$/,
  ),
  http('headers', 'a line break in a name', `http://${open}/echo`, { headers: { 'x-a\r\nx-injected': '1' } }, /./),
  http('headers', 'a NUL in a value', `http://${open}/echo`, { headers: { 'x-a': 'b\0' } }, /./),

  {
    family: 'credentials',
    name: 'one that is for another host',
    method: 'http.fetch',
    params: { method: 'GET', url: `http://${open}/echo`, headers: {}, timeoutMs: 5_000, credential: 'elsewhere' },
    code: /^credential_failed$/,
  },
  {
    family: 'credentials',
    name: 'one of another workspace',
    method: 'http.fetch',
    params: { method: 'GET', url: `http://${open}/echo`, headers: {}, timeoutMs: 5_000, credential: 'foreign' },
    code: /^credential_failed$/,
  },
  {
    family: 'credentials',
    name: 'with its host as a user name',
    method: 'http.fetch',
    params: {
      method: 'GET',
      url: `http://api.elsewhere.test@${open}/echo`,
      headers: {},
      timeoutMs: 5_000,
      credential: 'elsewhere',
    },
    code: /^(credential_failed|egress_denied)$/,
  },
  {
    family: 'credentials',
    name: 'a key as a database',
    method: 'database.query',
    params: { credential: 'elsewhere', sql: 'SELECT 1', params: [], readOnly: true, maxRows: 1, timeoutMs: 2_000 },
    code: /^credential_failed$/,
  },

  {
    family: 'protocols',
    name: 'a WebSocket to this machine',
    method: 'websocket.exchange',
    params: { url: `ws://127.0.0.1:${port}/`, send: [], headers: {}, maxMessages: 1, timeoutMs: 2_000 },
    code: DENIED,
  },
  {
    family: 'protocols',
    name: 'a WebSocket to a name of this machine',
    method: 'websocket.exchange',
    params: { url: `ws://localhost:${port}/`, send: [], headers: {}, maxMessages: 1, timeoutMs: 2_000 },
    code: DENIED,
  },
  {
    family: 'protocols',
    name: 'a WebSocket over a socket file',
    method: 'websocket.exchange',
    params: { url: 'ws+unix:/var/run/docker.sock:/info', send: [], headers: {}, maxMessages: 1, timeoutMs: 2_000 },
    code: /./,
  },
  {
    family: 'protocols',
    name: 'an MCP server on this machine',
    method: 'mcp.listTools',
    params: { url: `http://127.0.0.1:${port}/mcp`, timeoutMs: 2_000 },
    code: /./,
  },
  {
    family: 'protocols',
    name: 'an MCP server that redirects there',
    method: 'mcp.callTool',
    params: {
      url: `http://${open}/redirect/307?to=http://127.0.0.1:${port}/mcp`,
      timeoutMs: 2_000,
      name: 'x',
      arguments: {},
    },
    code: /./,
  },
  {
    family: 'protocols',
    name: 'a PostgreSQL server on this machine',
    method: 'database.query',
    params: {
      credential: 'inside-postgres',
      sql: 'SELECT 1',
      params: [],
      readOnly: true,
      maxRows: 1,
      timeoutMs: 2_000,
    },
    code: DENIED,
  },
  {
    family: 'protocols',
    name: 'a MySQL server on this machine',
    method: 'database.query',
    params: { credential: 'inside-mysql', sql: 'SELECT 1', params: [], readOnly: true, maxRows: 1, timeoutMs: 2_000 },
    code: DENIED,
  },
  {
    family: 'protocols',
    name: 'SQLite: a file of this machine',
    method: 'database.query',
    params: {
      file: 'a.sqlite',
      sql: "ATTACH DATABASE '/etc/passwd' AS p",
      params: [],
      readOnly: false,
      maxRows: 1,
      timeoutMs: 5_000,
    },
    code: /^database_failed$/,
  },
  {
    family: 'protocols',
    name: 'SQLite: an extension',
    method: 'database.query',
    params: {
      file: 'a.sqlite',
      sql: "SELECT load_extension('/lib/x86_64-linux-gnu/libm.so.6')",
      params: [],
      readOnly: false,
      maxRows: 1,
      timeoutMs: 5_000,
    },
    code: /^database_failed$/,
  },
  {
    family: 'protocols',
    name: 'SQLite: writing a copy elsewhere',
    method: 'database.query',
    params: {
      file: 'a.sqlite',
      sql: "VACUUM INTO '/tmp/agentweaver-abuse.sqlite'",
      params: [],
      readOnly: false,
      maxRows: 1,
      timeoutMs: 5_000,
    },
    code: /^database_failed$/,
  },
  {
    family: 'protocols',
    name: 'SQLite: a query without end',
    method: 'database.query',
    params: {
      file: 'a.sqlite',
      sql: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
      params: [],
      readOnly: false,
      maxRows: 1,
      timeoutMs: 1_000,
    },
    code: /^database_failed$/,
  },

  ...['gzip', 'br', 'deflate'].map((coding) =>
    http(
      'answers',
      `one that unfolds without end (${coding})`,
      `http://${open}/bomb/${coding}`,
      { timeoutMs: 10_000 },
      /^output_too_large$/,
    ),
  ),
  http(
    'answers',
    'one without end',
    `http://${open}/endless`,
    { timeoutMs: 10_000 },
    /^(output_too_large|http_failed)$/,
  ),
  http('answers', 'one that says it is too long', `http://${open}/long`, {}, /^output_too_large$/),
  http('answers', 'one that comes a byte a second', `http://${open}/slow`, { timeoutMs: 700 }, /^http_failed$/),
  http('answers', 'headers without end', `http://${open}/headers`, {}, /^http_failed$/),

  ...Object.entries({
    'out of its folder': '../../etc/passwd',
    'out of its folder from inside': 'a/../../x',
    'an absolute one': '/etc/passwd',
    'of Windows': 'C:\\Windows\\win.ini',
    'with backslashes': '..\\..\\x',
    'with a NUL': 'a\0.txt',
    'that is too long': 'a/'.repeat(400),
    'that is empty': '',
    'a dot': '.',
    'with a dot inside': 'a/./b',
    'with an empty part': 'a//b',
  }).flatMap(([name, file]): HostAttempt[] => [
    {
      family: 'files',
      name: `written: a path ${name}`,
      method: 'files.write',
      params: { path: file, content: 'x' },
      code: /^(file_failed|invalid_params)$/,
    },
    {
      family: 'files',
      name: `read: a path ${name}`,
      method: 'files.read',
      params: { path: file },
      code: /^(file_failed|invalid_params)$/,
    },
  ]),
  {
    family: 'files',
    name: 'read: another execution’s file',
    method: 'files.read',
    params: { path: 'theirs.txt' },
    code: /^file_failed$/,
  },
  {
    family: 'files',
    name: 'written: more than one may hold',
    method: 'files.write',
    params: { path: 'big.txt', content: 'x'.repeat(6 * 1024 * 1024) },
    code: /^output_too_large$/,
  },
];
