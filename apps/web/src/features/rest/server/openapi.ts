import { APP_ERRORS, type AppErrorCode } from '@agentweaver/core/errors/app-error';
import type { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { Operation } from './operation.ts';
import { PROBLEM_TYPE, problemSchema } from './problem-response.ts';
import { definitionComponent } from './schemas.ts';

const ALWAYS: AppErrorCode[] = ['unauthorized', 'rate_limited', 'internal'];
const WITH_BODY: AppErrorCode[] = ['bad_request', 'payload_too_large', 'unsupported_media_type'];

const isObject = (schema: z.ZodType): schema is z.ZodObject => schema.type === 'object';
const objectOf = (schema: z.ZodType): z.ZodObject | undefined =>
  isObject(schema) && Object.keys(schema.shape).length > 0 ? schema : undefined;

/** Left out, not `undefined`, where there is none: zod-openapi looks at every key that is there. */
const requestParams = ({
  params,
  query,
  headers,
}: Operation): { path?: z.ZodObject; query?: z.ZodObject; header?: z.ZodObject } => {
  const [path, search, header] = [objectOf(params), objectOf(query), objectOf(headers)];
  return { ...(path && { path }), ...(search && { query: search }), ...(header && { header }) };
};

const describeOperation = (operation: Operation): ZodOpenApiOperationObject => {
  const hasBody = operation.body.meta()?.id !== undefined;
  const codes = new Set<AppErrorCode>([...ALWAYS, ...(hasBody ? WITH_BODY : []), ...operation.errors]);
  const statuses = [...new Set([...codes].map((code) => APP_ERRORS[code].http))].sort();
  return {
    operationId: operation.operationId,
    summary: operation.summary,
    description: operation.description,
    security: [{ bearer: [] }],
    requestParams: requestParams(operation),
    ...(hasBody
      ? {
          requestBody: {
            required: !operation.body.safeParse(undefined).success,
            content: { 'application/json': { schema: operation.body } },
          },
        }
      : {}),
    responses: {
      [String(operation.response.status)]: {
        description: operation.response.description,
        ...(operation.response.status === 204
          ? {}
          : { content: { 'application/json': { schema: operation.response.schema } } }),
      },
      ...Object.fromEntries(
        statuses.map((status) => [
          String(status),
          {
            description: [...codes].filter((code) => APP_ERRORS[code].http === status).join(', '),
            content: { [PROBLEM_TYPE]: { schema: problemSchema } },
          },
        ]),
      ),
    },
  };
};

/** The OpenAPI 3.1 document of the operations, made of the same schemas that check the requests. */
export const createOpenApiDocument = (
  operations: Operation[],
  publicUrl: string,
): ReturnType<typeof createDocument> => {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describeOperation(operation),
    };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'AgentWeaver',
      version: '1.0.0',
      description:
        'Workflows of AI agents: create them, run them, follow them. Tokens are made in the settings of a workspace.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { WorkflowDefinition: definitionComponent },
    },
  });
};
