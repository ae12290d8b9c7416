import { Stack } from '@mantine/core';
import { ModelPricesSettings } from '../../../../../features/settings/model-prices-settings.tsx';
import { ProviderKeysSettings } from '../../../../../features/settings/provider-keys-settings.tsx';

export default function ProviderKeysSettingsPage() {
  return (
    <Stack gap="lg">
      <ProviderKeysSettings />
      <ModelPricesSettings />
    </Stack>
  );
}
