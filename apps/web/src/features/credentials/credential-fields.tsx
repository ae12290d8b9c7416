'use client';

import { ActionIcon, CopyButton, PasswordInput, Select, Switch, TagsInput, TextInput, Tooltip } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type CredentialValues, SECRET_FIELDS } from './credential-form.ts';

type FieldsProps = {
  form: UseFormReturnType<CredentialValues>;
  /** An existing credential is changed. */
  changes: boolean;
  redirectUri: string;
};

/** What the chosen kind asks for: first what may be shown, then the secret. */
export const CredentialFields = ({ form, changes, redirectUri }: FieldsProps) => {
  const t = useTranslations('credentials');
  const { kind, replaceSecret } = form.values;
  return (
    <>
      <SettingFields form={form} redirectUri={redirectUri} />
      {changes ? (
        <Switch
          label={t('replaceSecret')}
          description={t('replaceSecretText')}
          {...form.getInputProps('replaceSecret', { type: 'checkbox' })}
        />
      ) : null}
      {replaceSecret ? (
        <PasswordInput
          // Another kind's secret must not be left standing in the field.
          key={kind}
          label={t(`secrets.${SECRET_FIELDS[kind]}`)}
          description={t.has(`secretTexts.${kind}`) ? t(`secretTexts.${kind}`) : undefined}
          placeholder={kind === 'database' ? 'postgres://user:password@db.example.com:5432/shop' : undefined}
          required={kind !== 'oauth2_authorization_code' && kind !== 'basic'}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('showSecret') }}
          {...form.getInputProps(`secret.${SECRET_FIELDS[kind]}`)}
        />
      ) : null}
      {kind === 'database' ? (
        <Select
          label={t('tls')}
          data={(['verify', 'unverified', 'off'] as const).map((value) => ({ value, label: t(`tlsModes.${value}`) }))}
          allowDeselect={false}
          {...form.getInputProps('settings.tls')}
        />
      ) : (
        <TagsInput
          label={t('allowedHosts')}
          description={t('allowedHostsText')}
          placeholder={form.values.allowedHosts.length === 0 ? 'api.example.com' : undefined}
          splitChars={[',', ' ']}
          acceptValueOnBlur
          required
          // Now, not when the button is pressed: the page would move away from under the pointer.
          onSearchChange={() => form.clearFieldError('allowedHosts')}
          {...form.getInputProps('allowedHosts')}
        />
      )}
    </>
  );
};

const SettingFields = ({ form, redirectUri }: Pick<FieldsProps, 'form' | 'redirectUri'>) => {
  const t = useTranslations('credentials');
  switch (form.values.kind) {
    case 'api_key':
      return (
        <>
          <Select
            label={t('place')}
            data={(['header', 'query'] as const).map((value) => ({ value, label: t(`places.${value}`) }))}
            allowDeselect={false}
            {...form.getInputProps('settings.in')}
          />
          <TextInput
            label={form.values.settings.in === 'query' ? t('parameterName') : t('headerName')}
            placeholder="X-Api-Key"
            required
            {...form.getInputProps('settings.name')}
          />
        </>
      );
    case 'basic':
      return (
        <TextInput label={t('username')} autoComplete="off" required {...form.getInputProps('settings.username')} />
      );
    case 'oauth2_client_credentials':
      return <OAuthFields form={form} />;
    case 'oauth2_authorization_code':
      return (
        <>
          <TextInput
            label={t('redirectUri')}
            description={t('redirectUriText')}
            value={redirectUri}
            readOnly
            rightSection={<CopyAddress value={redirectUri} />}
          />
          <TextInput
            label={t('authorizeUrl')}
            placeholder="https://provider.example.com/oauth/authorize"
            required
            {...form.getInputProps('settings.authorizeUrl')}
          />
          <OAuthFields form={form} />
        </>
      );
    default:
      return null;
  }
};

const OAuthFields = ({ form }: Pick<FieldsProps, 'form'>) => {
  const t = useTranslations('credentials');
  return (
    <>
      <TextInput
        label={t('tokenUrl')}
        placeholder="https://provider.example.com/oauth/token"
        required
        {...form.getInputProps('settings.tokenUrl')}
      />
      <TextInput label={t('clientId')} autoComplete="off" required {...form.getInputProps('settings.clientId')} />
      <Select
        label={t('clientAuth')}
        data={(['basic', 'body'] as const).map((value) => ({ value, label: t(`clientAuths.${value}`) }))}
        allowDeselect={false}
        {...form.getInputProps('settings.clientAuth')}
      />
      <TagsInput
        label={t('scopes')}
        description={t('scopesText')}
        splitChars={[',', ' ']}
        acceptValueOnBlur
        onSearchChange={() => form.clearFieldError('settings.scopes')}
        {...form.getInputProps('settings.scopes')}
      />
    </>
  );
};

const CopyAddress = ({ value }: { value: string }) => {
  const common = useTranslations('common');
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? common('copied') : common('copy')}>
          <ActionIcon variant="subtle" onClick={copy} aria-label={common('copy')}>
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
};
