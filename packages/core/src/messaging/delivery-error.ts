/** Why a message did not arrive, or a request has no response. */
export type DeliveryFailure =
  | 'unknown_receiver'
  | 'mailbox_full'
  | 'deadline'
  | 'handler_failed'
  | 'hub_closed'
  | 'too_large';

/** What `send` and `request` reject with. `cause` is what the receiver's handler threw. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly failure: DeliveryFailure;
  readonly messageId: string;

  constructor(failure: DeliveryFailure, messageId: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.failure = failure;
    this.messageId = messageId;
  }
}
