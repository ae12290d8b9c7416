import { bold, dim, red, say } from '../lib/progress.ts';
import { messageOf } from '../lib/stop-error.ts';
import { startExecutor, startWeb } from './apps.ts';
import { buildWebApp, bundleSandboxRuntime, generatePrismaClient } from './build-steps.ts';
import { claimDataFolder } from './data-folder.ts';
import { migrateDatabase, openDatabase } from './database.ts';
import { runFirstSample, seedDemoData } from './demo-data.ts';
import { writeDemoFile } from './demo-file.ts';
import { findPort, mustBeFree } from './ports.ts';
import { readOrMakeSecrets } from './secrets.ts';
import { readSettings, type StartSettings } from './settings.ts';
import { createShutdown, type Shutdown } from './shutdown.ts';
import { printSummary } from './summary.ts';

const start = async (settings: StartSettings, shutdown: Shutdown): Promise<void> => {
  const folder = await claimDataFolder(settings.dataDir, settings.publicUrl);
  shutdown.add(() => folder.release());
  await mustBeFree('PORT', settings.port);
  if (settings.executorPort) await mustBeFree('EXECUTOR_PORT', settings.executorPort);
  const executorPort = settings.executorPort ?? (await findPort(settings.port + 1));
  const secrets = await readOrMakeSecrets(settings.dataDir);

  await generatePrismaClient();
  const database = await openDatabase(settings);
  shutdown.add(() => database.stop());
  await migrateDatabase(database.databaseUrl);
  const demo = await seedDemoData(database.databaseUrl, secrets);
  const webBuild = settings.dev ? undefined : await buildWebApp();
  await bundleSandboxRuntime();

  const apps = { settings, secrets, databaseUrl: database.databaseUrl, executorPort, webBuild, shutdown };
  await startExecutor(apps);
  await startWeb(apps);
  void database.lost.then((log) => shutdown.finish(1, `PostgreSQL went away. Its log ends with:\n\n${log}`));

  const demoFile = await writeDemoFile(settings, secrets);
  await runFirstSample(settings, database.databaseUrl, demo);
  await printSummary({ settings, secrets, database, executorPort, demoFile });
};

const shutdown = createShutdown();
try {
  say(`\n${bold('AgentWeaver')}  ${dim(`Node ${process.versions.node}`)}\n`);
  await start(readSettings(process.argv.slice(2)), shutdown);
} catch (error) {
  await shutdown.finish(1, red(messageOf(error)));
}
