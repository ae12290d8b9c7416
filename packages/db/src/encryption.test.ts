import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decryptSecret, encryptSecret } from './encryption.ts';

const scope = { masterKey: randomBytes(32).toString('base64'), workspaceId: randomUUID() };

describe('encryption of secrets', () => {
  it('opens what it closed', () => {
    const secret = 'sk-ant-テスト-🔑';
    expect(decryptSecret(scope, encryptSecret(scope, secret))).toBe(secret);
  });

  it('never gives the same ciphertext twice, nor the text in it', () => {
    const first = encryptSecret(scope, 'sk-same');
    const second = encryptSecret(scope, 'sk-same');
    expect(Buffer.from(first.ciphertext).equals(Buffer.from(second.ciphertext))).toBe(false);
    expect(Buffer.from(first.ciphertext).includes('sk-same')).toBe(false);
  });

  it('refuses what was changed, at any byte', () => {
    const { ciphertext, keyVersion } = encryptSecret(scope, 'sk-a');
    for (let index = 0; index < ciphertext.length; index++) {
      const changed = Uint8Array.from(ciphertext);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => decryptSecret(scope, { ciphertext: changed, keyVersion })).toThrow();
    }
  });

  it('refuses another workspace, another master key and a version it does not know', () => {
    const secret = encryptSecret(scope, 'sk-a');
    expect(() => decryptSecret({ ...scope, workspaceId: randomUUID() }, secret)).toThrow();
    expect(() => decryptSecret({ ...scope, masterKey: randomBytes(32).toString('base64') }, secret)).toThrow();
    expect(() => decryptSecret(scope, { ...secret, keyVersion: 2 })).toThrow('version 2');
    expect(() => decryptSecret(scope, { ...secret, ciphertext: new Uint8Array(5) })).toThrow('too short');
  });

  it('refuses a master key of another length', () => {
    expect(() => encryptSecret({ ...scope, masterKey: 'c2hvcnQ=' }, 'x')).toThrow('32 bytes');
  });
});
