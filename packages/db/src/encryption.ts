import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Raised when keys are derived or secrets are laid out in another way; stored beside every ciphertext. */
const CURRENT_KEY_VERSION = 1;

/** AES-256-GCM: a nonce of 96 bits and a tag of 128 (NIST SP 800-38D). */
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

export type SecretScope = {
  /** 32 random bytes, base64. */
  masterKey: string;
  /** Every workspace has its own key: a ciphertext copied to another workspace does not open there. */
  workspaceId: string;
};

export type EncryptedSecret = {
  /** Nonce, ciphertext, tag. */
  ciphertext: Uint8Array<ArrayBuffer>;
  keyVersion: number;
};

/** Throws when the master key is not 32 bytes of base64. */
export const encryptSecret = (scope: SecretScope, text: string): EncryptedSecret => {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, workspaceKey(scope, CURRENT_KEY_VERSION), nonce);
  cipher.setAAD(associatedData(scope, CURRENT_KEY_VERSION));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return {
    ciphertext: Uint8Array.from(Buffer.concat([nonce, body, cipher.getAuthTag()])),
    keyVersion: CURRENT_KEY_VERSION,
  };
};

/** Throws when the secret was changed, belongs to another workspace, or was made with another master key. */
export const decryptSecret = (
  scope: SecretScope,
  { ciphertext, keyVersion }: { ciphertext: Uint8Array; keyVersion: number },
): string => {
  if (keyVersion !== CURRENT_KEY_VERSION) throw new Error(`Secrets of key version ${keyVersion} cannot be read here.`);
  if (ciphertext.byteLength < NONCE_BYTES + TAG_BYTES) throw new Error('The stored secret is too short to be one.');
  const bytes = Buffer.from(ciphertext);
  const decipher = createDecipheriv(ALGORITHM, workspaceKey(scope, keyVersion), bytes.subarray(0, NONCE_BYTES));
  decipher.setAAD(associatedData(scope, keyVersion));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
};

/** HKDF-SHA-256 (RFC 5869) of the master key, one key per workspace and version. */
const workspaceKey = ({ masterKey, workspaceId }: SecretScope, keyVersion: number): Buffer => {
  const master = Buffer.from(masterKey, 'base64');
  if (master.byteLength !== KEY_BYTES) throw new Error('The master key must be 32 bytes in base64.');
  return Buffer.from(hkdfSync('sha256', master, workspaceId, `agentweaver/provider-key/v${keyVersion}`, KEY_BYTES));
};

const associatedData = ({ workspaceId }: SecretScope, keyVersion: number): Buffer =>
  Buffer.from(`provider-key:${workspaceId}:v${keyVersion}`);
