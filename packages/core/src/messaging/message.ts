import { z } from 'zod';

/** The longest content of one message, as characters of JSON. */
export const MAX_MESSAGE_LENGTH = 100_000;

const participant = z.string().min(1).max(120);

/** One message between agents, as it is logged and drawn. */
export const agentMessageSchema = z.object({
  /** Unique within its hub; counts up, so that a run repeats exactly. */
  id: z.string().max(64),
  from: participant,
  /** One participant, also for each copy of a broadcast. */
  to: participant,
  kind: z.enum(['message', 'request', 'response', 'broadcast']),
  /** A few words: what it is about. */
  subject: z.string().max(200).default(''),
  content: z.unknown(),
  /** Of a response: the request it answers. */
  replyTo: z.string().max(64).optional(),
  /** Ms since the epoch, from the host's clock. */
  sentAt: z.number(),
  /** `dead`: nobody took it, and `deadReason` says why. */
  status: z.enum(['delivered', 'dead']),
  deadReason: z.string().max(400).optional(),
});
export type AgentMessage = z.infer<typeof agentMessageSchema>;
