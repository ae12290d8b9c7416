import type { SeededDemo } from '@agentweaver/db/seed';
import { hash } from 'bcryptjs';
import { step } from '../lib/progress.ts';
import type { Secrets } from './secrets.ts';
import type { StartSettings } from './settings.ts';

const BCRYPT_ROUNDS = 10;
const SAMPLE = 'ticket-triage';

/** The demo sign-in of this data folder, with its workspace, samples and API token. */
export const seedDemoData = (databaseUrl: string, secrets: Secrets): Promise<SeededDemo> =>
  step('Demo workspace', async ({ note }) => {
    const [{ createPrisma }, { seedDemo }] = await Promise.all([
      import('@agentweaver/db/client'),
      import('@agentweaver/db/seed'),
    ]);
    const prisma = createPrisma({ databaseUrl, max: 1 });
    try {
      const passwordHash = await hash(secrets.demoPassword, BCRYPT_ROUNDS);
      const demo = await seedDemo(prisma, { email: secrets.demoEmail, passwordHash, token: secrets.demoToken });
      note(demo.created ? `${Object.keys(demo.workflows).length} samples` : 'as it was');
      return demo;
    } finally {
      await prisma.$disconnect();
    }
  });

/** Puts one execution of a sample on the queue when nothing has run yet, so that the console has something to show. */
export const runFirstSample = async (
  settings: Pick<StartSettings, 'redisUrl'>,
  databaseUrl: string,
  { workspaceId, userId, workflows }: SeededDemo,
): Promise<void> => {
  const workflowId = workflows[SAMPLE];
  if (!workflowId) return;
  const [{ createPrisma }, { createExecutionQueue }, { startExecution }, { ticketTriage }] = await Promise.all([
    import('@agentweaver/db/client'),
    import('@agentweaver/db/queue'),
    import('@agentweaver/db/start-execution'),
    import('@agentweaver/core/samples/ticket-triage'),
  ]);
  const prisma = createPrisma({ databaseUrl, max: 1 });
  try {
    if ((await prisma.execution.count({ where: { workspaceId } })) > 0) return;
    await step('First execution', async ({ note }) => {
      const queue = createExecutionQueue({ databaseUrl, redisUrl: settings.redisUrl });
      try {
        const { exampleInput } = ticketTriage;
        await startExecution(
          { prisma, queue },
          { workspaceId, userId, workflowId, source: 'draft', input: exampleInput, trigger: 'sample' },
        );
        note(ticketTriage.name.en);
      } finally {
        await queue.close();
      }
    });
  } finally {
    await prisma.$disconnect();
  }
};
