import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decryptSecret, encryptSecret } from './encryption.ts';

const scope = { masterKey: randomBytes(32).toString('base64'), workspaceId: randomUUID() };

describe('secrets', () => {
  it.each(['sk-ant-abc', '', 'é\u{1F600}'.repeat(1_000)])('come back as they went in', (text) => {
    expect(decryptSecret(scope, encryptSecret(scope, text))).toBe(text);
  });

  it('look different each time and show nothing of the text', () => {
    const [one, two] = [encryptSecret(scope, 'sk-secret'), encryptSecret(scope, 'sk-secret')];
    expect(Buffer.from(one.ciphertext).equals(Buffer.from(two.ciphertext))).toBe(false);
    expect(Buffer.from(one.ciphertext).toString('latin1')).not.toContain('sk-secret');
  });

  it('cannot be read with another master key or for another workspace', () => {
    const secret = encryptSecret(scope, 'sk-secret');
    expect(() => decryptSecret({ ...scope, workspaceId: randomUUID() }, secret)).toThrow('cannot be read');
    const masterKey = randomBytes(32).toString('base64');
    expect(() => decryptSecret({ ...scope, masterKey }, secret)).toThrow('cannot be read');
  });

  it('cannot be read as a secret of another kind', () => {
    const secret = encryptSecret({ ...scope, purpose: 'credential' }, 'sk-secret');
    expect(decryptSecret({ ...scope, purpose: 'credential' }, secret)).toBe('sk-secret');
    expect(() => decryptSecret(scope, secret)).toThrow('cannot be read');
  });

  it('are refused when any byte was changed or cut off', () => {
    const { ciphertext, keyVersion } = encryptSecret(scope, 'sk-secret');
    for (let index = 0; index < ciphertext.length; index += 1) {
      const changed = Uint8Array.from(ciphertext);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => decryptSecret(scope, { ciphertext: changed, keyVersion })).toThrow('cannot be read');
    }
    for (const length of [0, 11, 27, ciphertext.length - 1]) {
      expect(() => decryptSecret(scope, { ciphertext: ciphertext.subarray(0, length), keyVersion })).toThrow();
    }
  });

  it('name an unknown key version and a bad master key', () => {
    const { ciphertext } = encryptSecret(scope, 'sk-secret');
    expect(() => decryptSecret(scope, { ciphertext, keyVersion: 2 })).toThrow('key version 2');
    expect(() => encryptSecret({ ...scope, masterKey: 'c2hvcnQ=' }, 'x')).toThrow('32 bytes');
  });
});
