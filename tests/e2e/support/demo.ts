import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const demoSchema = z.object({ url: z.url(), email: z.string(), password: z.string(), token: z.string() });
export type Demo = z.infer<typeof demoSchema>;

/** What the start wrote down for whoever wants to use the product: its address, the demo sign-in and an API token. */
export const readDemo = async (): Promise<Demo> => {
  const dataDir = process.env.AGENTWEAVER_E2E_DATA;
  if (!dataDir) throw new Error('AGENTWEAVER_E2E_DATA is not set: the product was not started.');
  return demoSchema.parse(JSON.parse(await readFile(path.join(dataDir, 'demo.json'), 'utf8')));
};
