import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { forPeople } from '../lib/paths.ts';
import { isErrno, isHeld, keepFresh } from '../lib/shared-lock.ts';
import { StopError } from '../lib/stop-error.ts';
import { readPrivateJson } from './private-file.ts';

const lockSchema = z.object({ pid: z.int(), url: z.string() });

export type DataFolder = { release: () => Promise<void> };

/** Makes the folder and claims it for this process. Throws a `StopError` when another copy runs on it. */
export const claimDataFolder = async (dataDir: string, url: string): Promise<DataFolder> => {
  await mkdir(path.join(dataDir, 'logs'), { recursive: true });
  // Others may pass through to the database's own folder, which a root start gives to another user; they may list nothing.
  await chmod(dataDir, 0o711);
  const file = path.join(dataDir, 'running.json');
  for (;;) {
    try {
      await writeFile(file, JSON.stringify({ pid: process.pid, url }), { flag: 'wx', mode: 0o600 });
      const letGo = keepFresh(file);
      return {
        release: async () => {
          letGo();
          await rm(file, { force: true });
        },
      };
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
    const holder = await readPrivateJson(file, lockSchema).catch(() => undefined);
    if (holder && holder.pid !== process.pid && (await isHeld(file, holder.pid))) {
      throw new StopError(
        `AgentWeaver already runs on the data folder ${forPeople(dataDir)}, at ${holder.url} (process ${holder.pid}).\n` +
          'Stop that one, or start a second copy with a folder and a port of its own:\n' +
          '  AGENTWEAVER_DATA=.agentweaver-2 PORT=3100 npm start',
      );
    }
    await rm(file, { force: true });
  }
};
