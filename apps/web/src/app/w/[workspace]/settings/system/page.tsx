import { SystemStatus } from '../../../../../features/settings/system-status.tsx';

export default function SystemStatusPage() {
  return <SystemStatus />;
}
