import { WorkspaceSettings } from '../../../../features/settings/workspace-settings.tsx';

export default function WorkspaceSettingsPage() {
  return <WorkspaceSettings />;
}
