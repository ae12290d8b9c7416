import { readModelPrices } from '@agentweaver/db/model-price-store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { callAs, refusalOf } from './support/trpc.ts';
import { addMember, openWeb, type TestMember, type WebUnderTest } from './support/web.ts';

let web: WebUnderTest;
let owner: TestMember;
let editor: TestMember;
let stranger: TestMember;

beforeAll(async () => {
  web = await openWeb();
});
afterAll(() => web?.close());
beforeEach(async () => {
  owner = await addMember(web.prisma, { role: 'owner' });
  editor = await addMember(web.prisma, { role: 'editor', workspaceId: owner.workspaceId });
  stranger = await addMember(web.prisma, { role: 'owner' });
});

const price = { model: 'openai_compatible/llama3.1', input: 0.5, cachedInput: 0.05, output: 1.25 };
const prices = async (as: TestMember = owner) => {
  const { modelPrices } = (await callAs(as)).settings;
  const workspace = as.slug;
  return {
    list: () => modelPrices.list({ workspace }),
    set: (more: object = {}) => modelPrices.set({ workspace, ...price, ...more }),
    remove: (model: string = price.model) => modelPrices.remove({ workspace, model }),
  };
};

describe('the prices of a workspace', () => {
  it('are set, changed and taken back by an owner, and read by everybody in it', async () => {
    const caller = await prices();
    await caller.set();
    await caller.set({ model: ' openai/gpt-4o ' });
    await caller.set({ output: 0 });
    const { list: listPrice } =
      (await (await prices(editor)).list()).find(({ model }) => model === 'openai/gpt-4o') ?? {};
    expect(await (await prices(editor)).list()).toEqual([
      { ...price, model: 'openai/gpt-4o', list: listPrice },
      { ...price, output: 0, list: null },
    ]);
    // The list of OpenAI has this model, so the page can say what counts without the price.
    expect(listPrice).toMatchObject({ input: expect.any(Number), output: expect.any(Number) });
    expect(await (await prices(stranger)).list()).toEqual([]);
    // What an executor charges by.
    expect((await readModelPrices(web.prisma, owner.workspaceId)).get(price.model)).toMatchObject({
      input: 0.5,
      output: 0,
    });

    await caller.remove();
    expect((await caller.list()).map(({ model }) => model)).toEqual(['openai/gpt-4o']);
    expect(await refusalOf(caller.remove())).toMatchObject({ code: 'not_found' });
    const lines = await web.prisma.auditLog.findMany({
      where: { workspaceId: owner.workspaceId },
      orderBy: { createdAt: 'asc' },
    });
    expect(lines.map(({ action, targetId, userId }) => [action, targetId, userId])).toEqual([
      ['model_price.set', price.model, owner.userId],
      ['model_price.set', 'openai/gpt-4o', owner.userId],
      ['model_price.set', price.model, owner.userId],
      ['model_price.removed', price.model, owner.userId],
    ]);
  });

  it('are not for editors to change, and not for other workspaces', async () => {
    await (await prices()).set();
    const theirs = await prices(editor);
    expect(await refusalOf(theirs.set({ input: 9 }))).toMatchObject({ code: 'forbidden' });
    expect(await refusalOf(theirs.remove())).toMatchObject({ code: 'forbidden' });
    expect(await refusalOf((await prices(stranger)).remove())).toMatchObject({ code: 'not_found' });
    expect(await (await prices()).list()).toEqual([{ ...price, list: null }]);
  });

  it.each([
    [{ model: 'llama' }, 'model'],
    [{ model: 'demo/demo-model' }, 'model'],
    [{ model: 'openai/two words' }, 'model'],
    [{ input: -1 }, 'input'],
    [{ cachedInput: 100_001 }, 'cachedInput'],
    [{ output: Number.NaN }, 'output'],
    [{ output: '1' }, 'output'],
  ])('name the field that is wrong: %j', async (more, field) => {
    const caller = await prices();
    expect(await refusalOf(caller.set(more))).toEqual({ code: 'bad_request', fields: [field] });
    expect(await caller.list()).toEqual([]);
  });

  it('are limited in number, and a full list can still be changed', async () => {
    const { workspaceId } = owner;
    await web.prisma.modelPrice.createMany({
      data: Array.from({ length: 200 }, (_, index) => ({ ...price, workspaceId, model: `openai/m${index}` })),
    });
    const caller = await prices();
    expect(await refusalOf(caller.set())).toMatchObject({ code: 'plan_limit' });
    await caller.set({ model: 'openai/m7', input: 3 });
    expect(await caller.list()).toHaveLength(200);
  });
});
