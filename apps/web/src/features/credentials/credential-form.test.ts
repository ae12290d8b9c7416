import { CREDENTIAL_KINDS, CREDENTIAL_SHAPES } from '@agentweaver/core/credentials/credential';
import { describe, expect, it } from 'vitest';
import en from '../../../messages/en/credentials.json' with { type: 'json' };
import { initialValues, placeOfProblem, SECRET_FIELDS } from './credential-form.ts';
import { parseCredentialForm } from './credential-input.ts';

describe('the form of a credential', () => {
  it.each(CREDENTIAL_KINDS)('has a field for all that %s takes, and a text for each that may be wrong', (kind) => {
    const values = initialValues();
    expect(SECRET_FIELDS[kind] in CREDENTIAL_SHAPES[kind].secret.shape).toBe(true);
    const shown = ['engine', 'host', 'port', 'database'];
    for (const field of Object.keys(CREDENTIAL_SHAPES[kind].settings.shape)) {
      if (!shown.includes(field)) expect(Object.keys(values.settings)).toContain(field);
    }
    const bad = { settings: { name: ' ', tokenUrl: 'x', authorizeUrl: 'x' }, secret: {}, allowedHosts: ['https://x'] };
    try {
      parseCredentialForm(kind, bad);
      expect.unreachable();
    } catch (error) {
      const { issues } = error as { issues: { path: string[]; message: string }[] };
      expect(issues.length).toBeGreaterThan(0);
      for (const { path, message } of issues) {
        const { text } = placeOfProblem({ field: path.join('.'), message }, kind);
        expect(Object.keys(en.problems)).toContain(text);
      }
    }
  });

  it('shows a missing secret at the field that takes it', () => {
    expect(placeOfProblem({ field: 'secret', message: 'secret_needed' }, 'basic')).toEqual({
      field: 'secret.password',
      text: 'secret_needed',
    });
  });
});
