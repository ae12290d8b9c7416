import { describe, expect, it } from 'vitest';
import { isKnownHostKey } from './known-hosts.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIDBa7i158Uej73KlAaV2qwUR8KivNAQPO33aLV8SPnPW';
const OTHER = 'AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
/** As `ssh-keygen -H` wrote them, of engine.internal at the usual port and at 2222. */
const HASHED = `|1|16fajHFNiOgFIePjMgEb8P5WFss=|ovX3cry2vAoFujCZG1eusT8sT7E= ssh-ed25519 ${KEY}
|1|0+3YnStSJ5bFMdOoi/aMQ81I39o=|oZZ+J9V+DB0gs00LVCsi2J0eoRc= ssh-ed25519 ${KEY}`;

const known = (file: string, { host = 'engine.internal', port = 22, key = KEY } = {}): boolean =>
  isKnownHostKey(file, { host, port, key: Buffer.from(key, 'base64') });

describe('isKnownHostKey', () => {
  it('knows a host by its name, its port and its key', () => {
    const file = `# servers\n10.0.0.1,engine.internal ssh-ed25519 ${KEY} a comment\n[engine.internal]:2222 ssh-ed25519 ${OTHER}\n`;
    expect(known(file)).toBe(true);
    expect(known(file, { host: '10.0.0.1' })).toBe(true);
    expect(known(file, { port: 2222, key: OTHER })).toBe(true);
    expect(known(file, { port: 2222 })).toBe(false);
    expect(known(file, { key: OTHER })).toBe(false);
    expect(known(file, { host: 'engine.intern' })).toBe(false);
    expect(known('')).toBe(false);
  });

  it('knows a host by the hash of its name', () => {
    expect(known(HASHED)).toBe(true);
    expect(known(HASHED, { port: 2222 })).toBe(true);
    expect(known(HASHED, { port: 2223 })).toBe(false);
    expect(known(HASHED, { host: 'other.internal' })).toBe(false);
  });

  it('takes no key that was revoked, and none for an authority', () => {
    const file = `engine.internal ssh-ed25519 ${KEY}`;
    expect(known(`${file}\n@revoked engine.internal ssh-ed25519 ${KEY}`)).toBe(false);
    expect(known(`@cert-authority ${file}`)).toBe(false);
  });
});
