import { HOST_CALLS } from '@agentweaver/core/host/host-calls';
import type { HostServices } from '../host-calls.ts';

/** Services that refuse every call: tests put theirs over those that they are about. */
export const createSilentServices = (): HostServices => {
  const refuse = () => Promise.reject(new Error('This test offers no such call.'));
  const services: Record<string, typeof refuse> = {};
  for (const method of Object.keys(HOST_CALLS)) services[method] = refuse;
  // Each method of the table is there, and a promise that rejects is of any type.
  return services as Record<keyof HostServices, () => Promise<never>>;
};
