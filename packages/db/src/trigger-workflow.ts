import { AppError } from '@agentweaver/core/errors/app-error';
import { prepareInput } from '@agentweaver/core/nodes/input/check-input';
import { type InputField, inputConfig } from '@agentweaver/core/nodes/input/definition';
import { z } from 'zod';
import type { PrismaTransaction } from './client.ts';
import type { PrismaClient } from './generated/client.ts';
import { TUNABLES } from './tunables.ts';
import { workflowNotFound } from './workflow-store.ts';

type Read = PrismaClient | PrismaTransaction;
type WorkflowKey = { workspaceId: string; workflowId: string };

/** Enough of a definition to know what its Input asks for; the rest may be wrong still. */
const nodesSchema = z.object({
  nodes: z.array(
    z.looseObject({ id: z.string(), type: z.string(), config: z.unknown(), disabled: z.boolean().default(false) }),
  ),
});

/** What such a start would make of an input; nothing is wrong with any input of a workflow that cannot be read. */
export const readInputCheck = async (prisma: Read, { workspaceId, workflowId }: WorkflowKey) => {
  const workflow = await prisma.workflow.findFirst({
    where: { id: workflowId, workspaceId },
    select: { publishedVersion: { select: { definition: true } }, draft: { select: { definition: true } } },
  });
  if (!workflow) throw workflowNotFound();
  const parsed = nodesSchema.safeParse((workflow.publishedVersion ?? workflow.draft)?.definition);
  const nodes = (parsed.data?.nodes ?? []) as Parameters<typeof prepareInput>[0]['nodes'];
  return { nodes, check: (input: unknown) => prepareInput({ nodes }, input) };
};

/** The fields that its Input asks for; none when it takes anything. */
export const readInputFields = async (prisma: Read, key: WorkflowKey): Promise<InputField[]> => {
  const { nodes } = await readInputCheck(prisma, key);
  const node = nodes.find(({ type, disabled }) => type === 'input' && !disabled);
  return inputConfig.safeParse(node?.config).data?.fields ?? [];
};

/** Throws `payload_too_large`, and `bad_request` with every field of `input` that is not what the workflow asks for. */
export const requireTriggerInput = async (prisma: Read, key: WorkflowKey, input: unknown): Promise<void> => {
  if (Buffer.byteLength(JSON.stringify(input) ?? '') > TUNABLES.maxInputBytes) {
    throw new AppError('payload_too_large', {
      publicMessage: `The input is too large; at most ${TUNABLES.maxInputBytes} bytes are accepted.`,
    });
  }
  const { problems } = (await readInputCheck(prisma, key)).check(input);
  if (problems.length === 0) return;
  throw new AppError('bad_request', {
    publicMessage: 'The input is not what the workflow asks for.',
    problems: problems.map(({ field, message }) => ({ field: field ? `input.${field}` : 'input', message })),
  });
};

export const tooManyTriggers = (limit: number): AppError =>
  new AppError('conflict', { publicMessage: `A workflow can have ${limit} of these. Remove one first.` });
