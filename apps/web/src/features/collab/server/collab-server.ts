import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Hocuspocus } from '@hocuspocus/server';
import { WebSocketServer } from 'ws';
import type * as Y from 'yjs';
import { z } from 'zod';
import { ACCESS_CHANGED, COLLAB_PATH, encodeDraftMessage, MAX_MESSAGE_BYTES } from '../draft-messages.ts';
import { type CollabLog, DraftPersistence, type DraftStorage, refuse } from './draft-persistence.ts';

/** How long edits gather before they are written, and the longest wait under constant typing, in ms. */
const STORE_DEBOUNCE_MS = 300;
const STORE_MAX_DEBOUNCE_MS = 2_000;
/** How often open connections are held against the membership again, in ms. */
const RECHECK_MS = 30_000;
/** The longest wait for the last writes at shutdown, in ms. */
const CLOSE_TIMEOUT_MS = 5_000;

export type CollabAccess = 'edit' | 'view' | 'none';

export type CollabServerOptions = {
  /** The signed-in user of a request, from its session cookie. */
  authenticate: (request: IncomingMessage) => Promise<{ userId: string } | null>;
  /** What a user may do with a workflow; a foreign or missing workflow is `none`. */
  authorize: (who: { userId: string; workflowId: string }) => Promise<CollabAccess>;
  storage: DraftStorage;
  log: CollabLog;
};

export type CollabServer = {
  /** True when the request was for drafts and has been taken over. */
  handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  /** An edit by the server, seen by open editors at once and stored before this resolves. */
  edit: (workflowId: string, change: (document: Y.Doc) => void) => Promise<void>;
  /** Tells open editors that the workflow is gone and ends their connections. */
  forget: (workflowId: string) => void;
  /** Stores what is not stored and ends all connections. */
  close: () => Promise<void>;
};

const contextSchema = z.object({ userId: z.string() });

/** Serves workflow drafts as Yjs documents over WebSockets; a document's name is its workflow's id. */
export const createCollabServer = ({ authenticate, authorize, storage, log }: CollabServerOptions): CollabServer => {
  const persistence = new DraftPersistence({ storage, log });
  const hocuspocus = new Hocuspocus({
    name: 'agentweaver',
    quiet: true,
    debounce: STORE_DEBOUNCE_MS,
    maxDebounce: STORE_MAX_DEBOUNCE_MS,
    extensions: [persistence],
    onAuthenticate: async ({ documentName, request, connectionConfig }) => {
      if (!z.uuid().safeParse(documentName).success) return refuse('not-found');
      const user = await authenticate(request);
      if (!user) return refuse('unauthorized');
      const access = await authorize({ userId: user.userId, workflowId: documentName });
      if (access === 'none') return refuse('not-found');
      connectionConfig.readOnly = access === 'view';
      return { userId: user.userId };
    },
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });

  sockets.on('connection', (socket, request: IncomingMessage) => {
    socket.on('error', (error) => log('info', 'draft connection ended with an error', { error: error.message }));
    hocuspocus.handleConnection(socket, request);
  });

  const recheck = async (): Promise<void> => {
    for (const document of hocuspocus.documents.values()) {
      for (const connection of document.getConnections()) {
        const context = contextSchema.safeParse(connection.context);
        if (!context.success) continue;
        const access = await authorize({ userId: context.data.userId, workflowId: document.name });
        if (access === 'none' || connection.readOnly !== (access === 'view')) {
          connection.close({ code: 4403, reason: ACCESS_CHANGED });
        }
      }
    }
  };
  const timer = setInterval(() => {
    recheck().catch((error: unknown) => log('warn', 'draft access could not be checked', { error }));
  }, RECHECK_MS);
  timer.unref();

  return {
    handleUpgrade: (request, socket, head) => {
      if (new URL(request.url ?? '/', 'http://localhost').pathname !== COLLAB_PATH) return false;
      if (!isSameOrigin(request)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
        return true;
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
      return true;
    },
    edit: async (workflowId, change) => {
      const connection = await hocuspocus.openDirectConnection(workflowId, {});
      try {
        await connection.transact(change);
      } finally {
        await connection.disconnect();
      }
    },
    forget: (workflowId) => {
      hocuspocus.documents.get(workflowId)?.broadcastStateless(encodeDraftMessage({ type: 'deleted' }));
      hocuspocus.closeConnections(workflowId);
    },
    close: async () => {
      clearInterval(timer);
      const limit = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref());
      await Promise.race([persistence.close(hocuspocus.documents.values()), limit]);
      for (const socket of sockets.clients) socket.close(1001, 'server is stopping');
      sockets.close();
    },
  };
};

/** A page of another site must not open a draft with the visitor's cookie. */
const isSameOrigin = (request: IncomingMessage): boolean => {
  const { origin, host } = request.headers;
  if (!origin) return true;
  const forwarded = request.headers['x-forwarded-host'];
  const hosts = [host, ...(typeof forwarded === 'string' ? forwarded.split(',') : [])].map((name) => name?.trim());
  return URL.canParse(origin) && hosts.includes(new URL(origin).host);
};
