import { restRoute } from '../../../../../features/rest/server/rest-handler.ts';
import {
  deleteScheduleOperation,
  getScheduleOperation,
  updateScheduleOperation,
} from '../../../../../features/rest/server/schedule-operations.ts';

export const dynamic = 'force-dynamic';

export const { GET, POST, PUT, PATCH, DELETE } = restRoute(
  getScheduleOperation,
  updateScheduleOperation,
  deleteScheduleOperation,
);
