import { MembersSettings } from '../../../../../features/settings/members-settings.tsx';

export default function MembersSettingsPage() {
  return <MembersSettings />;
}
