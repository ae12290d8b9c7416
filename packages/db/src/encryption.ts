import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Whose secret it is: keys are derived per workspace, so one workspace's ciphertext is nothing in another. */
export type SecretScope = {
  /** 32 bytes in base64, from the deployer. */
  masterKey: string;
  workspaceId: string;
  /** Part of the key as well: a ciphertext of one kind is nothing as another. */
  purpose?: SecretPurpose;
};

export type SecretPurpose = 'provider-key' | 'credential' | 'oauth-state' | 'webhook';

export type EncryptedSecret = {
  /** Nonce, ciphertext, tag. */
  ciphertext: Uint8Array<ArrayBuffer>;
  /** Which way of deriving and encrypting it was made with. */
  keyVersion: number;
};

const KEY_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** AES-256-GCM under a key derived by HKDF-SHA-256 from the master key for this workspace. */
export const encryptSecret = (scope: SecretScope, text: string): EncryptedSecret => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', deriveKey(scope), nonce);
  cipher.setAAD(associatedData(scope, KEY_VERSION));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { ciphertext: Uint8Array.from(sealed), keyVersion: KEY_VERSION };
};

/** Throws an `Error` without details when the secret was changed, or made with another master key or for another workspace. */
export const decryptSecret = (scope: SecretScope, secret: { ciphertext: Uint8Array; keyVersion: number }): string => {
  const { ciphertext, keyVersion } = secret;
  if (keyVersion !== KEY_VERSION) throw new Error(`The secret has key version ${keyVersion}, which is not known.`);
  if (ciphertext.length < NONCE_BYTES + TAG_BYTES) throw unreadable();
  const decipher = createDecipheriv('aes-256-gcm', deriveKey(scope), ciphertext.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associatedData(scope, keyVersion));
  decipher.setAuthTag(ciphertext.subarray(-TAG_BYTES));
  try {
    const sealed = ciphertext.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw unreadable(cause);
  }
};

const unreadable = (cause?: unknown) =>
  new Error('The secret cannot be read: it was changed, or made with another master key.', { cause });

const deriveKey = ({ masterKey, workspaceId, purpose = 'provider-key' }: SecretScope): Buffer => {
  const master = Buffer.from(masterKey, 'base64');
  if (master.length !== KEY_BYTES) throw new Error('The master key must be 32 bytes in base64.');
  return Buffer.from(hkdfSync('sha256', master, workspaceId, `agentweaver/${purpose}/v${KEY_VERSION}`, KEY_BYTES));
};

const associatedData = ({ workspaceId, purpose = 'provider-key' }: SecretScope, keyVersion: number): Buffer =>
  Buffer.from(JSON.stringify([workspaceId, purpose, keyVersion]));
