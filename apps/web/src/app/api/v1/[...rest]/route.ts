import { unknownRoute } from '../../../../features/rest/server/rest-handler.ts';

export const dynamic = 'force-dynamic';

export const { GET, POST, PUT, PATCH, DELETE } = unknownRoute;
