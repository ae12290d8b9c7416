import { messageOf } from '../errors/to-execution-error.ts';
import type { Host } from '../host/host.ts';
import { DeliveryError, type DeliveryFailure } from './delivery-error.ts';
import { createMailbox, type Letter, type Mailbox } from './mailbox.ts';
import { type AgentMessage, MAX_MESSAGE_LENGTH } from './message.ts';

export const DEFAULT_MAILBOX_SIZE = 100;
export const DEFAULT_DEADLINE_MS = 60_000;
const DEFAULT_HISTORY_SIZE = 1_000;
const MAX_REASON_LENGTH = 400;

/**
 * Takes a message. What it returns is the response to a request; what it throws makes the message a dead letter.
 * `signal` is aborted when the request's deadline passes and when the hub closes.
 */
export type MessageHandler = (message: AgentMessage, context: { signal: AbortSignal }) => unknown;

export type HubOptions = {
  clock: Host['clock'];
  /** Sees each message once, when it was delivered or given up. */
  onMessage?: (message: AgentMessage) => void;
  /** Messages that `history` keeps; the oldest go first. */
  historySize?: number;
};

export type ParticipantOptions = {
  /** Messages that may lie unread; more make senders wait, or are rejected. */
  mailboxSize?: number;
  /** Messages handled at the same time. With more than one they are begun in order, and may end in another. */
  concurrency?: number;
};

export type Outgoing = {
  from: string;
  to: string;
  /** A few words: what it is about. */
  subject?: string;
  /** JSON, at most 100,000 characters. */
  content: unknown;
  /** What happens when the receiver's mailbox is full. */
  whenFull?: 'wait' | 'reject';
};

/**
 * Carries messages between participants in one process. Each message is handed to its receiver once, messages of one
 * sender to one receiver in the order in which they were sent, and each ends once, as `delivered` or as `dead` with the
 * reason: a message when its handler is done with it, a request when it is taken, since its response tells the rest.
 * Ids count up and times come from the clock, so a run repeats exactly.
 */
export class CommunicationHub {
  readonly #options: HubOptions;
  readonly #mailboxes = new Map<string, { mailbox: Mailbox; handler: MessageHandler }>();
  readonly #closing = new AbortController();
  /** Not delivered and not dead yet. */
  readonly #open = new Map<string, AgentMessage>();
  #history: AgentMessage[] = [];
  #idleWaiters: (() => void)[] = [];
  #lastId = 0;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  /** Gives a name a handler, and returns what takes it away again. Throws when the name is taken or the hub closed. */
  register(participant: string, handler: MessageHandler, options: ParticipantOptions = {}): () => void {
    if (this.#closing.signal.aborted) throw new DeliveryError('hub_closed', '', 'The hub is closed.');
    if (this.#mailboxes.has(participant)) throw new Error(`“${participant}” is registered already.`);
    const { mailboxSize = DEFAULT_MAILBOX_SIZE, concurrency = 1 } = options;
    const mailbox = createMailbox({ size: mailboxSize, concurrency, onIdle: () => this.#wakeWhenIdle() });
    this.#mailboxes.set(participant, { mailbox, handler });
    return () => {
      this.#mailboxes.delete(participant);
      mailbox.close();
    };
  }

  /** The names, in the order in which they came. */
  get participants(): string[] {
    return [...this.#mailboxes.keys()];
  }

  /** Resolves with the message's id once it lies in the receiver's mailbox. Rejects with `DeliveryError`. */
  async send(outgoing: Outgoing): Promise<string> {
    const message = this.#compose(outgoing, 'message');
    await this.#post(message, outgoing.whenFull);
    return message.id;
  }

  /** A copy for everybody else. Resolves with the ids of those that were taken; the others are dead letters. */
  async broadcast({ from, subject, content, whenFull }: Omit<Outgoing, 'to'>): Promise<string[]> {
    const receivers = this.participants.filter((participant) => participant !== from);
    const copies = receivers.map((to) => this.#compose({ from, to, subject, content }, 'broadcast'));
    const posted = await Promise.allSettled(copies.map((copy) => this.#post(copy, whenFull)));
    return copies.filter((_, index) => posted[index]?.status === 'fulfilled').map(({ id }) => id);
  }

  /**
   * Sends and resolves with what the receiver's handler returns. The deadline counts from now, the wait for room in the
   * mailbox included. Rejects with `DeliveryError`; its `cause` is what the handler threw.
   */
  async request(outgoing: Outgoing & { deadlineMs?: number }): Promise<unknown> {
    const { deadlineMs = DEFAULT_DEADLINE_MS, whenFull = 'wait' } = outgoing;
    const message = this.#compose(outgoing, 'request');
    return new Promise((resolve, reject) => {
      const over = new AbortController();
      const settle = (failure?: DeliveryError, content?: unknown) => {
        if (over.signal.aborted) return;
        this.#closing.signal.removeEventListener('abort', onClose);
        if (failure) reject(failure);
        else resolve(content);
        over.abort(failure ?? new Error('This request is over.'));
      };
      /** Before it was taken the request is dead itself; later its response is. */
      const fail = (failure: DeliveryFailure, why: string, cause?: unknown) => {
        if (over.signal.aborted) return;
        if (!this.#bury(message, why)) this.#respond(message, null, why);
        settle(new DeliveryError(failure, message.id, why, cause));
      };
      const letter: Letter = {
        deliver: async () => {
          this.#end(message);
          try {
            const content = this.#readContent(await this.#handle(message, over.signal), message);
            if (over.signal.aborted) return;
            this.#respond(message, content);
            settle(undefined, content);
          } catch (error) {
            if (error instanceof DeliveryError && error.failure === 'too_large') fail('too_large', error.message);
            else fail('handler_failed', `“${message.to}” failed: ${messageOf(error)}`, error);
          }
        },
        drop: () => fail('hub_closed', closedReason(message)),
      };
      const onClose = () => fail('hub_closed', closedReason(message));
      this.#closing.signal.addEventListener('abort', onClose);
      this.#put(message, letter, whenFull).catch((error: DeliveryError) => settle(error));
      this.#options.clock.sleep(deadlineMs, over.signal).then(
        () => {
          this.#mailboxes.get(message.to)?.mailbox.remove(letter);
          fail('deadline', `“${message.to}” gave no response within ${deadlineMs / 1_000} s.`);
        },
        () => undefined,
      );
    });
  }

  /** What was delivered or given up, in that order; of one participant, sent or received, when it is named. */
  history(participant?: string): AgentMessage[] {
    return this.#history.filter(
      ({ from, to }) => participant === undefined || participant === from || participant === to,
    );
  }

  deadLetters(): AgentMessage[] {
    return this.#history.filter(({ status }) => status === 'dead');
  }

  /** Resolves once nothing lies in a mailbox and nothing is being handled. */
  idle(): Promise<void> {
    return this.#isIdle() ? Promise.resolve() : new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  /** What was not taken becomes a dead letter; what is being handled is told by its signal, and counts by how it ends. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new Error('The hub is closed.'));
    for (const { mailbox } of this.#mailboxes.values()) mailbox.close();
  }

  async #post(message: AgentMessage, whenFull: Outgoing['whenFull'] = 'wait'): Promise<void> {
    const letter: Letter = {
      deliver: async () => {
        try {
          await this.#handle(message, this.#closing.signal);
          this.#end(message);
        } catch (error) {
          this.#bury(message, `“${message.to}” failed: ${messageOf(error)}`);
        }
      },
      drop: () => void this.#bury(message, closedReason(message)),
    };
    await this.#put(message, letter, whenFull);
  }

  /** A receiver that goes between this look and the mailbox's answer closes its mailbox. */
  async #put(message: AgentMessage, letter: Letter, whenFull: 'wait' | 'reject'): Promise<void> {
    const refuse = (failure: DeliveryFailure, why: string): never => {
      this.#bury(message, why);
      throw new DeliveryError(failure, message.id, why);
    };
    if (this.#closing.signal.aborted) refuse('hub_closed', closedReason(message));
    const receiver = this.#mailboxes.get(message.to);
    if (!receiver) return refuse('unknown_receiver', `There is nobody called “${message.to}”.`);
    const room = await receiver.mailbox.put(letter, whenFull);
    if (room === 'full') refuse('mailbox_full', `The mailbox of “${message.to}” is full.`);
    if (room === 'closed') refuse('hub_closed', closedReason(message));
  }

  /** Async, so that what a handler throws at once is a rejection as well. */
  async #handle(message: AgentMessage, signal: AbortSignal): Promise<unknown> {
    return this.#mailboxes.get(message.to)?.handler(message, { signal });
  }

  #compose({ from, to, subject = '', content }: Outgoing, kind: AgentMessage['kind']): AgentMessage {
    const message: AgentMessage = {
      id: this.#nextId(),
      from,
      to,
      kind,
      subject: subject.slice(0, 200),
      content: null,
      sentAt: this.#options.clock.now(),
      status: 'delivered',
    };
    this.#open.set(message.id, message);
    try {
      message.content = this.#readContent(content, message);
    } catch (error) {
      this.#bury(message, messageOf(error));
      throw error;
    }
    return message;
  }

  #nextId(): string {
    this.#lastId += 1;
    return `m${this.#lastId}`;
  }

  /** A copy, so that nobody changes what another one has received. */
  #readContent(content: unknown, { id }: AgentMessage): unknown {
    const text = JSON.stringify(content) ?? 'null';
    if (text.length <= MAX_MESSAGE_LENGTH) return JSON.parse(text);
    const why = `The content has ${text.length} characters; a message may have ${MAX_MESSAGE_LENGTH}.`;
    throw new DeliveryError('too_large', id, why);
  }

  #respond(request: AgentMessage, content: unknown, deadReason?: string): void {
    const response: AgentMessage = {
      id: this.#nextId(),
      from: request.to,
      to: request.from,
      kind: 'response',
      subject: request.subject,
      content,
      replyTo: request.id,
      sentAt: this.#options.clock.now(),
      status: 'delivered',
    };
    this.#open.set(response.id, response);
    if (deadReason === undefined) this.#end(response);
    else this.#bury(response, deadReason);
  }

  #bury(message: AgentMessage, why: string): boolean {
    return this.#end({ ...message, status: 'dead', deadReason: why.slice(0, MAX_REASON_LENGTH) });
  }

  /** `false` when it had ended before. */
  #end(message: AgentMessage): boolean {
    if (!this.#open.delete(message.id)) return false;
    this.#history.push(message);
    const { historySize = DEFAULT_HISTORY_SIZE, onMessage } = this.#options;
    if (this.#history.length > historySize) this.#history = this.#history.slice(-historySize);
    onMessage?.(message);
    return true;
  }

  #isIdle(): boolean {
    return [...this.#mailboxes.values()].every(({ mailbox }) => mailbox.isIdle());
  }

  #wakeWhenIdle(): void {
    if (!this.#isIdle()) return;
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const wake of waiters) wake();
  }
}

const closedReason = ({ to }: AgentMessage): string => `The hub closed, or “${to}” left, before it was taken.`;
