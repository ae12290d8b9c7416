import { restRoute } from '../../../../features/rest/server/rest-handler.ts';
import {
  createScheduleOperation,
  listSchedulesOperation,
} from '../../../../features/rest/server/schedule-operations.ts';

export const dynamic = 'force-dynamic';

export const { GET, POST, PUT, PATCH, DELETE } = restRoute(listSchedulesOperation, createScheduleOperation);
