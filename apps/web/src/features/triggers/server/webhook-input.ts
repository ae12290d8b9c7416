import type { FieldProblem } from '@agentweaver/core/errors/app-error';
import { type InputField, inputConfig } from '@agentweaver/core/nodes/input/definition';
import { parseDefault } from '@agentweaver/core/nodes/input/field-default';
import type { WebhookPayload } from './webhook-payload.ts';

type Nodes = readonly { type: string; config: unknown; disabled?: boolean | undefined }[];

type Call = { payload: WebhookPayload; headers: Headers; url: URL };

type Check = (input: unknown) => { problems: FieldProblem[] };

/** What says who may call, or how the call came here, is nothing for a workflow. */
const HIDDEN_HEADERS =
  /^(authorization|proxy-|cookie$|webhook-signature$|x-agentweaver-|x-forwarded-|forwarded$|connection$|host$)/;

const inputFieldsOf = (nodes: Nodes): InputField[] => {
  const node = nodes.find(({ type, disabled }) => type === 'input' && !disabled);
  return inputConfig.safeParse(node?.config).data?.fields ?? [];
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A form's texts as the workflow's fields are declared; what does not fit stays text, and is refused as such. */
const readFormFields = (value: unknown, fields: InputField[]): unknown => {
  if (!isRecord(value)) return value;
  const read = { ...value };
  for (const { name, type } of fields) {
    const text = value[name];
    if (typeof text !== 'string' || type === 'text' || type === 'long_text') continue;
    read[name] = parseDefault(type, text) ?? text;
  }
  return read;
};

/**
 * The input of a workflow that is called: what was sent, when it is what the workflow asks for; else the whole call, as
 * `{ body, headers, query }`, when it asks for that. When neither fits, what was sent, to be refused with its problems.
 */
export const fitInput = (nodes: Nodes, check: Check, { payload, headers, url }: Call): unknown => {
  const sent = payload.isForm ? readFormFields(payload.value, inputFieldsOf(nodes)) : payload.value;
  if (check(sent).problems.length === 0) return sent;
  const whole = {
    body: payload.value,
    headers: Object.fromEntries([...headers].filter(([name]) => !HIDDEN_HEADERS.test(name))),
    query: Object.fromEntries(url.searchParams),
  };
  return check(whole).problems.length === 0 ? whole : sent;
};
