import { createOpenApiDocument } from '../../../../features/rest/server/openapi.ts';
import { OPERATIONS } from '../../../../features/rest/server/operations.ts';
import { getEnv } from '../../../../server/env.ts';

export const dynamic = 'force-dynamic';

export const GET = (): Response => Response.json(createOpenApiDocument(OPERATIONS, getEnv().publicUrl));
