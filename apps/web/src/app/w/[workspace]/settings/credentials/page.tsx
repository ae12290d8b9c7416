import { CredentialsSettings } from '../../../../../features/credentials/credentials-settings.tsx';

export default function CredentialsSettingsPage() {
  return <CredentialsSettings />;
}
