import { ApiTokensSettings } from '../../../../../features/settings/api-tokens-settings.tsx';

export default function ApiTokensSettingsPage() {
  return <ApiTokensSettings />;
}
