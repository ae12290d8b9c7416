import { connectionUrlSchema } from '@agentweaver/core/credentials/connection-url';
import {
  allowedHostsSchema,
  CREDENTIAL_KINDS,
  CREDENTIAL_SHAPES,
  type CredentialKind,
  credentialNameSchema,
} from '@agentweaver/core/credentials/credential';
import { z } from 'zod';

/** What people type in; tokens are not theirs to type. */
const { clientSecret } = CREDENTIAL_SHAPES.oauth2_client_credentials.secret.shape;
const { clientSecret: optionalClientSecret } = CREDENTIAL_SHAPES.oauth2_authorization_code.secret.shape;

const TYPED_SECRETS = {
  api_key: CREDENTIAL_SHAPES.api_key.secret,
  bearer: CREDENTIAL_SHAPES.bearer.secret,
  basic: CREDENTIAL_SHAPES.basic.secret,
  oauth2_client_credentials: z.object({ clientSecret }),
  oauth2_authorization_code: z.object({ clientSecret: optionalClientSecret }),
  database: z.object({ url: connectionUrlSchema }),
} as const satisfies Record<CredentialKind, z.ZodObject>;

export type TypedSecret = z.output<(typeof TYPED_SECRETS)[CredentialKind]>;

const formSchema = <Kind extends CredentialKind>(kind: Kind) =>
  z.object({
    settings: CREDENTIAL_SHAPES[kind].settings,
    allowedHosts: allowedHostsSchema.refine((hosts) => kind === 'database' || hosts.length > 0, 'is missing'),
    secret: TYPED_SECRETS[kind],
  });

/** Parses what a form of this kind sends; throws `ZodError` with paths such as `secret.value`. */
export const parseCredentialForm = (
  kind: CredentialKind,
  given: { settings: unknown; allowedHosts: unknown; secret: unknown },
) => formSchema(kind).parse(given);

/** The same where the stored secret stays. */
export const parseCredentialSettings = (kind: CredentialKind, given: { settings: unknown; allowedHosts: unknown }) =>
  formSchema(kind).omit({ secret: true }).parse(given);

const given = { settings: z.unknown(), allowedHosts: z.unknown() };

export const newCredentialSchema = z.object({
  name: credentialNameSchema,
  kind: z.enum(CREDENTIAL_KINDS),
  ...given,
  secret: z.unknown(),
});
export type NewCredential = z.output<typeof newCredentialSchema>;

export const changedCredentialSchema = z.object({
  id: z.uuid(),
  /** The one that was shown: somebody else's change is not overwritten. */
  revision: z.int(),
  ...given,
  /** Absent: the stored one stays. */
  secret: z.unknown().optional(),
});
export type ChangedCredential = z.output<typeof changedCredentialSchema>;
