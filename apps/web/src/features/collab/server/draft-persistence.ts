import { STORED_ORIGIN } from '@agentweaver/db/draft-store';
import type { Document, Extension, Hocuspocus } from '@hocuspocus/server';
import * as Y from 'yjs';
import { type DraftMessage, decodeDraftMessage, encodeDraftMessage, MAX_DRAFT_BYTES } from '../draft-messages.ts';

/** Wait after a failed write before the next try, in ms. */
const RETRY_MS = 2_000;

export type DraftStorage = {
  /** The stored Yjs state; null when the workflow is gone. */
  load: (workflowId: string) => Promise<Uint8Array | null>;
  /**
   * Writes state and projection in one transaction; `gone` when the workflow was deleted. May merge what others stored
   * into the document, with the origin `STORED_ORIGIN`.
   */
  save: (workflowId: string, document: Y.Doc) => Promise<'saved' | 'gone'>;
};

export type CollabLog = (level: 'info' | 'warn' | 'error', message: string, details: Record<string, unknown>) => void;

type Progress = { revision: number; stored: number };

class DraftRefused extends Error {
  readonly reason: string;
  /** The message stays empty: Hocuspocus prints errors that have one. */
  constructor(reason: string) {
    super('');
    this.reason = reason;
  }
}

export const refuse = (reason: string): never => {
  throw new DraftRefused(reason);
};

/**
 * Keeps drafts in the database. A document with changes that are not stored is never unloaded, and a
 * failed write is tried again: a hook that throws would end as an unhandled rejection and lose the document.
 */
export class DraftPersistence implements Extension {
  readonly extensionName = 'draft-persistence';
  private readonly storage: DraftStorage;
  private readonly log: CollabLog;
  private readonly progress = new WeakMap<Y.Doc, Progress>();
  private readonly gone = new Set<string>();
  private closing = false;

  constructor(options: { storage: DraftStorage; log: CollabLog }) {
    this.storage = options.storage;
    this.log = options.log;
  }

  onLoadDocument = async ({ document, documentName }: { document: Document; documentName: string }) => {
    const state = await this.storage.load(documentName);
    if (!state) return refuse('not-found');
    Y.applyUpdate(document, state);
    const progress: Progress = { revision: 0, stored: 0 };
    this.progress.set(document, progress);
    // Counted here and not in `onChange`, which runs later: a flush must see every update before it.
    document.on('update', (_update: Uint8Array, origin: unknown) => {
      if (origin !== STORED_ORIGIN) progress.revision += 1;
    });
  };

  onStoreDocument = async ({ document, instance }: { document: Document; instance: Hocuspocus }) => {
    if (await this.write(document)) return;
    if (this.closing || this.gone.has(document.name)) return;
    setTimeout(() => void this.flush(document, instance), RETRY_MS).unref();
  };

  onStateless = async ({
    payload,
    document,
    connection,
    instance,
  }: {
    payload: string;
    document: Document;
    connection: { sendStateless: (payload: string) => void };
    instance?: Hocuspocus;
  }) => {
    const message = decodeDraftMessage(payload);
    if (message?.type !== 'flush') return;
    const stored = await this.flush(document, instance);
    const answer: DraftMessage = stored
      ? { type: 'flushed', id: message.id }
      : { type: 'store_failed', id: message.id, reason: 'unavailable' };
    connection.sendStateless(encodeDraftMessage(answer));
  };

  beforeUnloadDocument = async ({ document, documentName }: { document: Document; documentName: string }) => {
    if (this.isDirty(document) && !this.closing && !this.gone.has(documentName)) refuse('unsaved');
    this.gone.delete(documentName);
  };

  /** Writes what is not stored yet; false when it could not be written. */
  async flush(document: Document, instance?: Hocuspocus): Promise<boolean> {
    const stored = await document.saveMutex.runExclusive(() => this.write(document));
    if (stored && instance && document.getConnectionsCount() === 0) await instance.unloadDocument(document);
    return stored;
  }

  /** Last writes before the process ends. */
  async close(documents: Iterable<Document>): Promise<void> {
    await Promise.all([...documents].map((document) => this.flush(document)));
    this.closing = true;
  }

  private isDirty(document: Y.Doc): boolean {
    const progress = this.progress.get(document);
    return progress !== undefined && progress.revision > progress.stored;
  }

  private async write(document: Document): Promise<boolean> {
    const progress = this.progress.get(document);
    if (!progress || !this.isDirty(document)) return true;
    const { revision } = progress;
    try {
      const size = Y.encodeStateAsUpdate(document).byteLength;
      if (size > MAX_DRAFT_BYTES) {
        this.log('warn', 'draft is too large to store', { workflowId: document.name, size });
        broadcast(document, { type: 'store_failed', reason: 'too_large' });
        return false;
      }
      if ((await this.storage.save(document.name, document)) === 'gone') {
        this.gone.add(document.name);
        broadcast(document, { type: 'deleted' });
        return true;
      }
    } catch (error) {
      this.log('error', 'draft could not be stored', { workflowId: document.name, error });
      broadcast(document, { type: 'store_failed', reason: 'unavailable' });
      return false;
    }
    progress.stored = revision;
    // Changes that came in meanwhile have their own write; saying "stored" now would be early.
    if (progress.revision === revision) broadcast(document, { type: 'stored' });
    return true;
  }
}

const broadcast = (document: Document, message: DraftMessage): void =>
  document.broadcastStateless(encodeDraftMessage(message));
