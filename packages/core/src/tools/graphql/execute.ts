import { z } from 'zod';
import { ExecutionError } from '../../engine/execution-errors.ts';
import { readWebAddress, sendHttp } from '../send-http.ts';
import { orAbsent } from '../setting-fields.ts';
import type { ExecuteTool } from '../tool.ts';
import { toolFailed } from '../tool-error.ts';
import type { GraphqlInput, GraphqlSettings } from './definition.ts';
import { hasMutation } from './has-mutation.ts';

/** https://graphql.github.io/graphql-over-http/draft/ */
const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(z.object({ message: z.string(), path: z.array(z.union([z.string(), z.number()])).nullish() }))
    .nullish(),
});

const MAX_SHOWN_ERRORS = 5;

/** Gives `data`. Any error of the server fails it, with the server's messages: half an answer is none. */
export const executeGraphql: ExecuteTool<GraphqlInput, GraphqlSettings & { headers?: Record<string, string> }> = async (
  input,
  context,
) => {
  const { settings } = context;
  const url = readWebAddress(settings.url);
  if (!settings.allowMutations && hasMutation(input.query)) {
    throw toolFailed({
      message: 'query: only queries are allowed here, and this is a mutation or a subscription.',
      hint: 'Send a query, or turn on “Allow mutations”.',
    });
  }
  const { query, variables, operationName } = input;
  const answer = await sendHttp(
    {
      method: 'POST',
      url,
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...settings.headers,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query, variables, ...(operationName ? { operationName } : {}) }),
      timeoutMs: settings.timeoutMs,
      credential: orAbsent(settings.credential),
      // Servers put their errors into the body of a 400 as well.
      failOnErrorStatus: false,
    },
    context,
  );
  return readAnswer(answer);
};

const readAnswer = ({ status, body }: { status: number; body: unknown }): unknown => {
  const answer = answerSchema.safeParse(body);
  if (!answer.success || (answer.data.data === undefined && !answer.data.errors)) {
    throw new ExecutionError({
      code: 'http_failed',
      message: `The endpoint answered ${status} with something else than a GraphQL answer.`,
      hint: 'Check that the URL is a GraphQL endpoint, and the credential.',
    });
  }
  const errors = answer.data.errors ?? [];
  if (errors.length === 0) return answer.data.data ?? null;
  const messages = errors
    .slice(0, MAX_SHOWN_ERRORS)
    .map(({ message, path }) => (path && path.length > 0 ? `${path.join('.')}: ${message}` : message));
  throw toolFailed({
    message: `The GraphQL server refused the query: ${messages.join('; ')}`.slice(0, 2_000),
    hint: 'Correct the query or its variables.',
  });
};
