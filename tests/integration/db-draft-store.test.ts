import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { draftToDefinition } from '@agentweaver/core/draft/draft-document';
import { addNode } from '@agentweaver/core/draft/edit-nodes';
import { createPrisma } from '@agentweaver/db/client';
import { loadDraft, STORED_ORIGIN, saveDraft } from '@agentweaver/db/draft-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { createWorkflow } from '@agentweaver/db/workflow-store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createTestDatabase, type TestDatabase } from './support/database.ts';

let database: TestDatabase;
let prisma: PrismaClient;
let workflowId: string;
let ids: { workspaceId: string; userId: string };

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 6 });
  const [user, workspace] = await Promise.all([
    prisma.user.create({ data: { email: 'ann@example.com', name: 'Ann' } }),
    prisma.workspace.create({ data: { slug: 'ours', name: 'Ours' } }),
  ]);
  ids = { userId: user.id, workspaceId: workspace.id };
});
afterAll(async () => {
  await prisma?.$disconnect();
  await database?.drop();
});
beforeEach(async () => {
  const definition = workflowDefinitionSchema.parse({ nodes: [], edges: [] });
  workflowId = (await createWorkflow(prisma, { ...ids, name: 'Draft', definition })).id;
});

const open = async (): Promise<Y.Doc> => {
  const doc = new Y.Doc();
  const state = await loadDraft(prisma, workflowId);
  if (state) Y.applyUpdate(doc, state);
  return doc;
};
const add = (doc: Y.Doc, id: string) => addNode(doc, { type: 'delay', id, position: { x: 0, y: 0 } }, 'test');
const idsIn = (doc: Y.Doc) =>
  draftToDefinition(doc)
    .nodes.map((node) => node.id)
    .sort();

describe('drafts', () => {
  it('keep the state, and beside it what it means', async () => {
    const doc = await open();
    add(doc, 'wait');
    expect(await saveDraft(prisma, workflowId, doc)).toBe('saved');
    expect(idsIn(await open())).toEqual(['wait']);
    const row = await prisma.workflowDraft.findUniqueOrThrow({ where: { workflowId } });
    expect(row.definition).toEqual(draftToDefinition(doc));
  });

  it('lose nothing when two processes serve one draft', async () => {
    const [one, two] = [await open(), await open()];
    const origins: unknown[] = [];
    two.on('update', (_update: Uint8Array, origin: unknown) => origins.push(origin));
    add(one, 'one');
    add(two, 'two');
    await saveDraft(prisma, workflowId, one);
    await saveDraft(prisma, workflowId, two);
    expect(idsIn(await open())).toEqual(['one', 'two']);
    expect(idsIn(two)).toEqual(['one', 'two']);
    expect(origins).toEqual(['test', STORED_ORIGIN]);
  });

  it('lose nothing when both store at the same moment', async () => {
    const docs = await Promise.all([1, 2, 3, 4].map(open));
    docs.forEach((doc, index) => {
      add(doc, `n${index}`);
    });
    await Promise.all(docs.map((doc) => saveDraft(prisma, workflowId, doc)));
    expect(idsIn(await open())).toEqual(['n0', 'n1', 'n2', 'n3']);
  });

  it('move their workflow to the top of the list', async () => {
    const before = await prisma.workflow.findUniqueOrThrow({ where: { id: workflowId } });
    const doc = await open();
    add(doc, 'wait');
    await saveDraft(prisma, workflowId, doc);
    const after = await prisma.workflow.findUniqueOrThrow({ where: { id: workflowId } });
    expect(after.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime());
  });

  it('are not brought back by an editor that still has them open', async () => {
    const doc = await open();
    await prisma.workflow.delete({ where: { id: workflowId } });
    expect(await saveDraft(prisma, workflowId, doc)).toBe('gone');
    expect(await loadDraft(prisma, workflowId)).toBeNull();
    expect(await prisma.workflowDraft.count({ where: { workflowId } })).toBe(0);
  });
});
