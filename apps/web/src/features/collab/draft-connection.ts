import { HocuspocusProvider, WebSocketStatus } from '@hocuspocus/provider';
import { IndexeddbPersistence } from 'y-indexeddb';
import * as Y from 'yjs';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { ACCESS_CHANGED, COLLAB_PATH, decodeDraftMessage, encodeDraftMessage } from './draft-messages.ts';

/** Longest wait for the server to store a draft before a run, in ms. */
const FLUSH_TIMEOUT_MS = 15_000;
/** Longest wait for the first answer before the page says that it works offline, in ms. */
const CONNECT_PATIENCE_MS = 4_000;

/**
 * `saved`: the database holds every change. `saving`: changes are on their way. `offline`: changes are kept in this
 * browser until the server answers again. `failed`: the server has the changes and cannot store them yet.
 */
export type SaveState = 'saved' | 'saving' | 'offline' | 'failed';

export type DraftConnectionState = {
  /** `loading` until there is a draft to show; `denied` and `deleted` are final. */
  phase: 'loading' | 'ready' | 'denied' | 'deleted';
  save: SaveState;
  /** The server lets this user look only. */
  readOnly: boolean;
};

export type DraftConnection = {
  doc: Y.Doc;
  state: StoreApi<DraftConnectionState>;
  /** Resolves once the database holds every change made so far; rejects when that cannot be reached in time. */
  flush: () => Promise<void>;
  destroy: () => void;
};

export class DraftOffline extends Error {
  override readonly name = 'DraftOffline';
}

const collabUrl = (): string => {
  const url = new URL(COLLAB_PATH, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
};

export type OpenDraftOptions = { workflowId: string; userId: string; canEdit: boolean };

/**
 * Opens a draft: from this browser's own copy at once, and from the server as soon as it answers.
 * The copy is per user, so that two people at one machine do not see each other's unsent changes.
 */
export const openDraft = ({ workflowId, userId, canEdit }: OpenDraftOptions): DraftConnection => {
  const doc = new Y.Doc();
  const state = createStore<DraftConnectionState>(() => ({ phase: 'loading', save: 'saving', readOnly: !canEdit }));
  // Who only looks has nothing to keep, and must not see what they once changed and could not send.
  const local = canEdit ? new IndexeddbPersistence(`agentweaver-draft:${userId}:${workflowId}`, doc) : undefined;
  const waiting = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  /** A local change that the database is not known to hold. */
  let dirty = false;
  let failed = false;
  let online = false;
  let lateTimer: ReturnType<typeof setTimeout> | undefined;
  let localReady = false;

  const provider = new HocuspocusProvider({ name: workflowId, document: doc, url: collabUrl(), token: null });

  const update = () => {
    const save: SaveState = failed
      ? 'failed'
      : !online
        ? 'offline'
        : dirty || provider.hasUnsyncedChanges
          ? 'saving'
          : 'saved';
    const { phase } = state.getState();
    const hasContent = doc.share.size > 0 && doc.store.clients.size > 0;
    const ready = provider.isSynced || (localReady && hasContent && !online);
    state.setState({ save, phase: phase === 'loading' && ready ? 'ready' : phase });
  };

  const end = (phase: 'denied' | 'deleted') => {
    state.setState({ phase });
    provider.disconnect();
    void local?.clearData();
  };

  const requestFlush = (id: string) => provider.sendStateless(encodeDraftMessage({ type: 'flush', id }));

  doc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (origin === provider || origin === local) return;
    dirty = true;
    update();
  });
  local?.once('synced', () => {
    localReady = true;
    update();
  });
  lateTimer = setTimeout(update, CONNECT_PATIENCE_MS);

  provider.on('synced', () => {
    online = true;
    failed = false;
    // The copy in this browser may have held changes that no server has seen.
    dirty = true;
    requestFlush('sync');
    update();
  });
  provider.on('status', ({ status }: { status: WebSocketStatus }) => {
    if (status === WebSocketStatus.Connected) return;
    online = false;
    update();
  });
  provider.on('unsyncedChanges', update);
  provider.on('close', ({ event }: { event: { reason?: string } }) => {
    // The server ended this draft alone and left the socket open: sign in to it again, with the new rights.
    if (event.reason !== ACCESS_CHANGED) return;
    provider.disconnect();
    void provider.connect();
  });
  provider.on('authenticated', () => {
    const readOnly = provider.authorizedScope === 'readonly';
    if (readOnly !== state.getState().readOnly) state.setState({ readOnly });
  });
  provider.on('authenticationFailed', () => end('denied'));
  provider.on('stateless', ({ payload }: { payload: string }) => {
    const message = decodeDraftMessage(payload);
    if (!message) return;
    if (message.type === 'deleted') return end('deleted');
    if (message.type === 'store_failed') {
      failed = true;
      if (message.id) waiting.get(message.id)?.reject(new DraftOffline('The server could not store the draft.'));
    } else if (message.type === 'stored' || message.type === 'flushed') {
      failed = false;
      // Changes that the server has not acknowledged were not part of that write.
      if (!provider.hasUnsyncedChanges) dirty = false;
      if (message.type === 'flushed') waiting.get(message.id)?.resolve();
    }
    update();
  });

  // The browser knows at once; the socket itself would notice after half a minute.
  const onOffline = () => provider.disconnect();
  const onOnline = () => void provider.connect();
  window.addEventListener('offline', onOffline);
  window.addEventListener('online', onOnline);

  const flush = async (): Promise<void> => {
    if (!online) throw new DraftOffline('There is no connection to the server.');
    const id = crypto.randomUUID();
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        timer = setTimeout(() => reject(new DraftOffline('The server did not answer in time.')), FLUSH_TIMEOUT_MS);
        requestFlush(id);
      });
    } finally {
      clearTimeout(timer);
      waiting.delete(id);
    }
  };

  return {
    doc,
    state,
    flush,
    destroy: () => {
      clearTimeout(lateTimer);
      window.removeEventListener('offline', onOffline);
      window.removeEventListener('online', onOnline);
      for (const { reject } of waiting.values()) reject(new DraftOffline('The draft was closed.'));
      provider.destroy();
      void local?.destroy();
      doc.destroy();
    },
  };
};
