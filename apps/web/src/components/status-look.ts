import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleDashed,
  IconClock,
  IconHourglass,
  IconLoader2,
  IconPlayerSkipForward,
  type TablerIcon,
} from '@tabler/icons-react';

/** Every state an execution or one of its steps can be in. */
export type Status = 'queued' | 'pending' | 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'cancelled';

/** The look of a status, the same wherever it appears: a Mantine colour name and an icon. */
export const STATUS_LOOK: Record<Status, { color: string; icon: TablerIcon }> = {
  queued: { color: 'gray', icon: IconClock },
  pending: { color: 'gray', icon: IconCircleDashed },
  running: { color: 'weave', icon: IconLoader2 },
  waiting: { color: 'yellow', icon: IconHourglass },
  completed: { color: 'thread', icon: IconCircleCheck },
  failed: { color: 'red', icon: IconAlertTriangle },
  skipped: { color: 'gray', icon: IconPlayerSkipForward },
  cancelled: { color: 'orange', icon: IconBan },
};
