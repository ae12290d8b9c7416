import { z } from 'zod';
import type { FieldMeta } from '../definition/fields.ts';

/** Fields that the settings of several tools, and the nodes beside them, share. */

export const MAX_TOOL_TIMEOUT_MS = 300_000;

/** The name of one of the workspace's credentials; the secret itself is never in a graph. Empty: none. */
export const credentialField = (description: string) =>
  z.string().max(120).default('').meta({ title: 'Credential', description, widget: 'credential' });

export const timeoutField = () =>
  z.int().min(100).max(MAX_TOOL_TIMEOUT_MS).default(30_000).meta({
    title: 'Timeout',
    description: 'How long to wait for the whole answer, in milliseconds.',
  });

const hasScheme = (text: string, schemes: readonly string[]): boolean =>
  schemes.includes(URL.parse(text.trim())?.protocol ?? '');

export const isWebAddress = (text: string): boolean => hasScheme(text, ['http:', 'https:']);

/** An address that the author gives, whole. */
export const webAddressField = (meta: FieldMeta) =>
  z.string().max(8_192).refine(isWebAddress, 'must be a whole address, beginning with http or https').meta(meta);

export const socketAddressField = (meta: FieldMeta) =>
  z
    .string()
    .max(8_192)
    .refine((text) => hasScheme(text, ['ws:', 'wss:']), 'must be a whole address, beginning with ws or wss')
    .meta(meta);

/** Empty as it is on the canvas is absent for the host. */
export const orAbsent = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());
