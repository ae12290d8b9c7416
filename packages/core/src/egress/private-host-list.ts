import { z } from 'zod';
import { parsePrivateHost } from './egress-policy.ts';

/** `EGRESS_ALLOWED_PRIVATE_HOSTS`: entries `host` or `host:port`, with commas between. A mistake shows at boot. */
export const privateHostListSchema = z
  .string()
  .default('')
  .transform((text, context) => {
    const entries = text.split(',').map((entry) => entry.trim());
    return entries.filter(Boolean).flatMap((entry) => {
      try {
        return [parsePrivateHost(entry)];
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return [];
      }
    });
  });
