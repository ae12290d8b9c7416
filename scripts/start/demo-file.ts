import path from 'node:path';
import { writePrivateJson } from './private-file.ts';
import type { Secrets } from './secrets.ts';
import type { StartSettings } from './settings.ts';

/** For whoever wants to use the product from a script; only its owner can read it. Returns its path. */
export const writeDemoFile = async (settings: StartSettings, secrets: Secrets): Promise<string> => {
  const file = path.join(settings.dataDir, 'demo.json');
  await writePrivateJson(file, {
    url: settings.publicUrl,
    email: secrets.demoEmail,
    password: secrets.demoPassword,
    token: secrets.demoToken,
  });
  return file;
};
