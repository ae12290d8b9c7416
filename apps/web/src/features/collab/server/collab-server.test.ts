import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readNode } from '@agentweaver/core/draft/draft-document';
import { addNode } from '@agentweaver/core/draft/edit-nodes';
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import * as Y from 'yjs';
import { type DraftMessage, decodeDraftMessage, encodeDraftMessage } from '../draft-messages.ts';
import { type CollabAccess, type CollabServer, createCollabServer } from './collab-server.ts';

const WORKFLOW = '01890000-0000-7000-8000-000000000001';
const ORIGIN = 'test';

/** The database of these tests: one map, and a switch that makes it fail. */
const createMemory = () => {
  const states = new Map<string, Uint8Array>([[WORKFLOW, Y.encodeStateAsUpdate(new Y.Doc())]]);
  return {
    states,
    failing: false,
    saves: 0,
    stored: (): Y.Doc => {
      const doc = new Y.Doc();
      Y.applyUpdate(doc, states.get(WORKFLOW) ?? new Uint8Array([0, 0]));
      return doc;
    },
  };
};

let memory: ReturnType<typeof createMemory>;
let access: Record<string, CollabAccess>;
let collab: CollabServer;
let http: Server;
let url: string;
const clients: { provider: HocuspocusProvider; socket: HocuspocusProviderWebsocket }[] = [];

beforeEach(async () => {
  memory = createMemory();
  access = { ann: 'edit', ben: 'edit', vic: 'view', eve: 'none' };
  collab = createCollabServer({
    authenticate: async (request) => {
      const userId = new URL(request.url ?? '', 'http://localhost').searchParams.get('user');
      return userId ? { userId } : null;
    },
    authorize: async ({ userId }) => access[userId] ?? 'none',
    storage: {
      load: async (id) => memory.states.get(id) ?? null,
      save: async (id, doc) => {
        memory.saves += 1;
        if (memory.failing) throw new Error('the database is away');
        if (!memory.states.has(id)) return 'gone';
        memory.states.set(id, Y.encodeStateAsUpdate(doc));
        return 'saved';
      },
    },
    log: () => undefined,
  });
  http = createServer();
  http.on('upgrade', (request, socket, head) => {
    if (!collab.handleUpgrade(request, socket, head)) socket.destroy();
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/collab`;
});

afterEach(async () => {
  for (const { provider, socket } of clients.splice(0)) {
    provider.destroy();
    socket.destroy();
  }
  await collab.close();
  http.closeAllConnections();
  http.close();
});

const join = (user: string, name = WORKFLOW) => {
  const socket = new HocuspocusProviderWebsocket({ url: `${url}?user=${user}`, WebSocketPolyfill: NodeWebSocket });
  const messages: DraftMessage[] = [];
  let denied: string | undefined;
  const provider = new HocuspocusProvider({
    name,
    websocketProvider: socket,
    document: new Y.Doc(),
    onStateless: ({ payload }) => {
      const message = decodeDraftMessage(payload);
      if (message) messages.push(message);
    },
    onAuthenticationFailed: ({ reason }) => {
      denied = reason;
    },
  });
  provider.attach();
  clients.push({ provider, socket });
  const addAgent = (id: string) => addNode(provider.document, { type: 'agent', id, position: { x: 0, y: 0 } }, ORIGIN);
  const flush = (id: string) => provider.sendStateless(encodeDraftMessage({ type: 'flush', id }));
  return { provider, messages, addAgent, flush, denied: () => denied };
};

const synced = (client: ReturnType<typeof join>) => vi.waitFor(() => expect(client.provider.isSynced).toBe(true));

describe('a draft', () => {
  it('reaches other editors and the database, which says so', async () => {
    const [ann, ben] = [join('ann'), join('ben')];
    await Promise.all([synced(ann), synced(ben)]);
    ann.addAgent('writer');
    await vi.waitFor(() => expect(readNode(ben.provider.document, 'writer')?.type).toBe('agent'));
    await vi.waitFor(() => expect(ann.messages).toContainEqual({ type: 'stored' }), { timeout: 3_000 });
    expect(readNode(memory.stored(), 'writer')?.type).toBe('agent');
  });

  it('is in the database when a flush is answered, with everything sent before it', async () => {
    const ann = join('ann');
    await synced(ann);
    ann.addAgent('first');
    ann.addAgent('second');
    ann.flush('f1');
    await vi.waitFor(() => expect(ann.messages).toContainEqual({ type: 'flushed', id: 'f1' }));
    expect(readNode(memory.stored(), 'second')).toBeDefined();
  });

  it('is written when its last editor leaves', async () => {
    const ann = join('ann');
    await synced(ann);
    ann.addAgent('late');
    await vi.waitFor(() => expect(ann.provider.hasUnsyncedChanges).toBe(false));
    ann.provider.destroy();
    await vi.waitFor(() => expect(readNode(memory.stored(), 'late')).toBeDefined(), { timeout: 3_000 });
  });

  it('survives a database that is away: it is kept, said, and written later', async () => {
    const ann = join('ann');
    await synced(ann);
    memory.failing = true;
    ann.addAgent('kept');
    ann.flush('f2');
    await vi.waitFor(() =>
      expect(ann.messages).toContainEqual({ type: 'store_failed', id: 'f2', reason: 'unavailable' }),
    );
    ann.provider.destroy();
    memory.failing = false;
    await vi.waitFor(() => expect(readNode(memory.stored(), 'kept')).toBeDefined(), { timeout: 8_000 });
  });

  it('takes an edit by the server, stored before it resolves', async () => {
    const ann = join('ann');
    await synced(ann);
    await collab.edit(WORKFLOW, (doc) =>
      addNode(doc, { type: 'delay', id: 'server', position: { x: 0, y: 0 } }, ORIGIN),
    );
    expect(readNode(memory.stored(), 'server')?.type).toBe('delay');
    await vi.waitFor(() => expect(readNode(ann.provider.document, 'server')).toBeDefined());
  });

  it('is written at shutdown', async () => {
    const ann = join('ann');
    await synced(ann);
    ann.addAgent('last');
    await vi.waitFor(() => expect(ann.provider.hasUnsyncedChanges).toBe(false));
    await collab.close();
    expect(readNode(memory.stored(), 'last')).toBeDefined();
  });

  it('tells editors that their workflow was deleted', async () => {
    const ann = join('ann');
    await synced(ann);
    memory.states.delete(WORKFLOW);
    collab.forget(WORKFLOW);
    await vi.waitFor(() => expect(ann.messages).toContainEqual({ type: 'deleted' }));
  });
});

describe('who may', () => {
  it('lets a viewer look and not change', async () => {
    const [ann, vic] = [join('ann'), join('vic')];
    await Promise.all([synced(ann), synced(vic)]);
    expect(vic.provider.authorizedScope).toBe('readonly');
    vic.addAgent('sneaked');
    ann.addAgent('real');
    ann.flush('f3');
    await vi.waitFor(() => expect(ann.messages).toContainEqual({ type: 'flushed', id: 'f3' }));
    expect(readNode(memory.stored(), 'real')).toBeDefined();
    expect(readNode(memory.stored(), 'sneaked')).toBeUndefined();
  });

  it.each([
    ['a stranger', 'eve', WORKFLOW],
    ['nobody', '', WORKFLOW],
    ['a workflow that is not there', 'ann', '01890000-0000-7000-8000-00000000ffff'],
    ['a name that is no id', 'ann', '../etc/passwd'],
  ])('refuses %s', async (_what, user, name) => {
    const client = join(user, name);
    await vi.waitFor(() => expect(client.denied()).toBeDefined());
    expect(client.provider.isSynced).toBe(false);
  });

  it('refuses pages of another site, and leaves other paths to others', async () => {
    const foreign = new NodeWebSocket(`${url}?user=ann`, { headers: { origin: 'https://evil.example' } });
    const [error] = await once(foreign, 'error');
    expect(String(error)).toContain('403');
    const other = new NodeWebSocket(url.replace('/collab', '/elsewhere'));
    await once(other, 'error');
  });
});
