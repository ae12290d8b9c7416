import { ProviderKeysSettings } from '../../../../../features/settings/provider-keys-settings.tsx';

export default function ProviderKeysSettingsPage() {
  return <ProviderKeysSettings />;
}
