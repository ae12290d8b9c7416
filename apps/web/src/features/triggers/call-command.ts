import type { InputField } from '@agentweaver/core/nodes/input/definition';

const SAMPLES: Record<InputField['type'], unknown> = {
  text: 'text',
  long_text: 'text',
  number: 1,
  boolean: true,
  json: {},
};

/** A body that a workflow with these fields would take, as somebody may type it. */
export const sampleBody = (fields: readonly InputField[]): string =>
  JSON.stringify(
    fields.length === 0
      ? { message: 'hello' }
      : Object.fromEntries(fields.map(({ name, type }) => [name, SAMPLES[type]])),
  );

/** For single quotes of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What calls a webhook from a shell, with nothing but curl and openssl. */
export const callCommand = ({ url, signed, body }: { url: string; signed: boolean; body: string }): string => {
  const call = [`curl ${quoted(url)} \\`, `  -H 'Content-Type: application/json' \\`];
  if (!signed) return [`body=${quoted(body)}`, '', ...call, '  -d "$body"'].join('\n');
  return [
    `secret='whsec_…'`,
    `body=${quoted(body)}`,
    'id="msg_$(openssl rand -hex 8)"',
    'time=$(date +%s)',
    `key=$(printf %s "\${secret#whsec_}" | openssl base64 -d -A | od -An -vtx1 | tr -d ' \\n')`,
    `signature=$(printf '%s.%s.%s' "$id" "$time" "$body" \\`,
    '  | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | openssl base64 -A)',
    '',
    ...call,
    '  -H "webhook-id: $id" -H "webhook-timestamp: $time" \\',
    '  -H "webhook-signature: v1,$signature" \\',
    '  -d "$body"',
  ].join('\n');
};
