'use client';

import { notifications } from '@mantine/notifications';

const ID = 'canvas';

/** Says what became of the last thing done on the canvas; what was said before goes, it is about something else. */
export const tellOnce = (message: string, color: 'orange' | 'weave'): void => {
  notifications.hide(ID);
  notifications.show({ id: ID, message, color, autoClose: 6_000 });
};
