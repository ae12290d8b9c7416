import { z } from 'zod';

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

/** Empty as it is on the canvas is absent for the host. */
export const orAbsent = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());
