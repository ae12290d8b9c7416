import { readNodes } from '@agentweaver/core/draft/draft-document';
import { isAppError } from '@agentweaver/core/errors/app-error';
import { SAMPLES } from '@agentweaver/core/samples/samples';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { jsonColumn } from '@agentweaver/db/json';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createWorkflow } from '../../apps/web/src/features/workflows/server/create-workflow.ts';
import { deleteWorkflow } from '../../apps/web/src/features/workflows/server/delete-workflow.ts';
import { duplicateWorkflow } from '../../apps/web/src/features/workflows/server/duplicate-workflow.ts';
import { getDraftDefinition } from '../../apps/web/src/features/workflows/server/get-draft-definition.ts';
import { importWorkflow } from '../../apps/web/src/features/workflows/server/import-workflow.ts';
import { listWorkflows } from '../../apps/web/src/features/workflows/server/list-workflows.ts';
import { renameWorkflow } from '../../apps/web/src/features/workflows/server/rename-workflow.ts';
import type { WorkflowContext } from '../../apps/web/src/features/workflows/server/workflow-context.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';

let database: TestDatabase;
let prisma: PrismaClient;
let ours: WorkflowContext;
let theirs: WorkflowContext;

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 4 });
  const user = await prisma.user.create({ data: { email: 'ann@example.com', name: 'Ann' } });
  const [one, two] = await Promise.all(
    ['ours', 'theirs'].map((slug) => prisma.workspace.create({ data: { slug, name: slug } })),
  );
  if (!one || !two) throw new Error('no workspaces');
  ours = { prisma, user, workspace: one };
  theirs = { prisma, user, workspace: two };
});
afterAll(async () => {
  await prisma?.$disconnect();
  await database?.drop();
});

const create = (name: string, sampleId?: string) => createWorkflow(ours, { name, description: '', sampleId });
const actionsOf = async (targetId: string) =>
  (await prisma.auditLog.findMany({ where: { targetId }, orderBy: { createdAt: 'asc' } })).map((line) => line.action);
const codeOf = async (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );

describe('creating', () => {
  it('starts blank as a workflow that runs, with its draft and a line in the audit log', async () => {
    const { id } = await create('Blank');
    const { definition } = await getDraftDefinition(ours, id);
    expect(definition.nodes.map((node) => node.type)).toEqual(['input', 'output']);
    expect(definition.edges).toHaveLength(1);
    const { state } = await prisma.workflowDraft.findUniqueOrThrow({ where: { workflowId: id } });
    const doc = new Y.Doc();
    Y.applyUpdate(doc, state);
    expect(readNodes(doc)).toEqual(definition.nodes);
    expect(await actionsOf(id)).toEqual(['workflow.created']);
  });

  it.each(SAMPLES.map((sample) => sample.id))('copies the sample %s as it is', async (sampleId) => {
    const { id } = await create('From a sample', sampleId);
    const { definition } = await getDraftDefinition(ours, id);
    expect(definition).toEqual(SAMPLES.find((sample) => sample.id === sampleId)?.definition);
  });

  it('refuses an unknown sample', async () => expect(await codeOf(create('X', 'no-such'))).toBe('not_found'));
});

describe('import', () => {
  const file = (definition: unknown) => importWorkflow(ours, { name: 'Imported', description: '', definition });

  it('takes what was exported', async () => {
    const { id } = await create('Original', 'data-check');
    const exported = await getDraftDefinition(ours, id);
    const copy = await file(JSON.parse(JSON.stringify(exported.definition)));
    expect((await getDraftDefinition(ours, copy.id)).definition).toEqual(exported.definition);
    expect(await actionsOf(copy.id)).toEqual(['workflow.imported']);
  });

  it('takes what people can mend in the editor', async () => {
    const { id } = await file({ nodes: [{ id: 'a', type: 'not_here', name: 'A' }], edges: [] });
    expect((await getDraftDefinition(ours, id)).definition.nodes[0]?.type).toBe('not_here');
  });

  it.each([
    ['no definition', { hello: 1 }],
    ['text', 'hello'],
    ['a node without a type', { nodes: [{ id: 'a', name: 'A' }], edges: [] }],
    ['two nodes with one id', { nodes: [1, 2].map(() => ({ id: 'a', type: 'delay', name: 'A' })), edges: [] }],
  ])('refuses %s, and keeps nothing', async (_what, definition) => {
    const before = await prisma.workflow.count();
    const error: unknown = await file(definition).catch((reason: unknown) => reason);
    expect(isAppError(error) && error.code).toBe('invalid_workflow');
    expect(isAppError(error) && error.problems.length).toBeGreaterThan(0);
    expect(await prisma.workflow.count()).toBe(before);
  });
});

describe('the list', () => {
  it('pages, newest change first, and finds by name and description', async () => {
    for (let n = 0; n < 3; n += 1) await create(`Paged ${n}`);
    const first = await listWorkflows(ours, { search: 'paged', limit: 2 });
    expect(first.items.map((item) => item.name)).toEqual(['Paged 2', 'Paged 1']);
    const rest = await listWorkflows(ours, { search: 'paged', limit: 2, cursor: first.nextCursor });
    expect(rest).toMatchObject({ items: [{ name: 'Paged 0', lastExecution: null }], nextCursor: null });
  });

  it('shows nothing of another workspace', async () => {
    expect((await listWorkflows(theirs, { search: '', limit: 50 })).items).toEqual([]);
  });
});

describe('changing', () => {
  it('duplicates the draft alone', async () => {
    const { id } = await create('To copy', 'ticket-triage');
    const copy = await duplicateWorkflow(ours, { workflowId: id, name: 'The copy' });
    const [original, copied] = await Promise.all([getDraftDefinition(ours, id), getDraftDefinition(ours, copy.id)]);
    expect(copied).toEqual({ ...original, name: 'The copy' });
    expect(await prisma.workflowVersion.count({ where: { workflowId: copy.id } })).toBe(0);
  });

  it('renames, and leaves the description when there is no new one', async () => {
    const { id } = await createWorkflow(ours, { name: 'Old', description: 'Kept' });
    await renameWorkflow(ours, { workflowId: id, name: 'New' });
    expect(await getDraftDefinition(ours, id)).toMatchObject({ name: 'New', description: 'Kept' });
  });

  it('deletes draft, versions and executions, and keeps the audit log', async () => {
    const { id } = await create('Doomed');
    const { definition } = await getDraftDefinition(ours, id);
    const version = await prisma.workflowVersion.create({
      data: { workflowId: id, number: 1, definition: jsonColumn(definition), hash: 'c'.repeat(64) },
    });
    await prisma.execution.create({
      data: { workspaceId: ours.workspace.id, workflowId: id, versionId: version.id, trigger: 'manual', input: {} },
    });
    await deleteWorkflow(ours, id);
    expect(await codeOf(getDraftDefinition(ours, id))).toBe('not_found');
    expect(await prisma.execution.count({ where: { workflowId: id } })).toBe(0);
    expect(await actionsOf(id)).toEqual(['workflow.created', 'workflow.deleted']);
  });

  it('is refused for a workflow of another workspace, which stays as it was', async () => {
    const { id } = await create('Ours');
    const attempts = [
      getDraftDefinition(theirs, id),
      duplicateWorkflow(theirs, { workflowId: id, name: 'Stolen' }),
      renameWorkflow(theirs, { workflowId: id, name: 'Stolen' }),
      deleteWorkflow(theirs, id),
    ];
    expect(await Promise.all(attempts.map(codeOf))).toEqual(['not_found', 'not_found', 'not_found', 'not_found']);
    expect(await getDraftDefinition(ours, id)).toMatchObject({ name: 'Ours' });
  });
});
