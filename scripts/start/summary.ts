import path from 'node:path';
import { z } from 'zod';
import { forPeople } from '../lib/paths.ts';
import { bold, dim, green, say } from '../lib/progress.ts';
import type { Database } from './database.ts';
import type { Secrets } from './secrets.ts';
import type { StartSettings } from './settings.ts';

const readySchema = z.object({
  sandbox: z.object({ kind: z.string(), description: z.string() }),
  models: z.array(z.object({ name: z.string() })),
});

export type SummaryOptions = {
  settings: StartSettings;
  secrets: Secrets;
  database: Database;
  executorPort: number;
  demoFile: string;
};

/** The address, the way in, and what it runs on, as the running executor tells it. */
export const printSummary = async ({
  settings,
  secrets,
  database,
  executorPort,
  demoFile,
}: SummaryOptions): Promise<void> => {
  const ready = await fetch(`http://127.0.0.1:${executorPort}/ready`);
  const { sandbox, models } = readySchema.parse(await ready.json());
  const queue = settings.redisUrl
    ? `BullMQ on Redis at ${new URL(settings.redisUrl).host}`
    : 'BullMQ on that PostgreSQL';
  const line = (name: string, text: string) => say(`  ${dim(name.padEnd(10))}${text}`);

  say(`\n${green('●')} ${bold('AgentWeaver is running')} at ${bold(settings.publicUrl)}\n`);
  line('Sign in', `${secrets.demoEmail}  ·  ${secrets.demoPassword}`);
  line('Database', database.description);
  line('Queue', queue);
  line('Sandbox', sandbox.description);
  line('Models', models.map((model) => model.name).join(', '));
  line(
    'Files',
    `${forPeople(settings.dataDir)} (logs in ${forPeople(path.join(settings.dataDir, 'logs'))}, API token in ${forPeople(demoFile)})`,
  );
  say(`\n  ${dim('Ctrl-C stops everything.')}\n`);
};
