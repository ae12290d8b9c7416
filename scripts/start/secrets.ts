import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { z } from 'zod';
import { readPrivateJson, writePrivateJson } from './private-file.ts';

const secretsSchema = z.object({
  /** 32 bytes, base64: provider keys are encrypted with keys derived from it. */
  masterKey: z.string(),
  nextAuthSecret: z.string(),
  demoEmail: z.string(),
  demoPassword: z.string(),
  demoToken: z.string(),
});
export type Secrets = z.infer<typeof secretsSchema>;

/** Made once per data folder and kept, because what is stored there can only be read with them. */
export const readOrMakeSecrets = async (dataDir: string): Promise<Secrets> => {
  const file = path.join(dataDir, 'secrets.json');
  const kept = await readPrivateJson(file, secretsSchema);
  if (kept) return kept;
  const secrets: Secrets = {
    masterKey: randomBytes(32).toString('base64'),
    nextAuthSecret: randomBytes(32).toString('base64url'),
    demoEmail: 'demo@agentweaver.local',
    demoPassword: randomBytes(12).toString('base64url'),
    demoToken: `aw_${randomBytes(24).toString('base64url')}`,
  };
  await writePrivateJson(file, secrets);
  return secrets;
};
