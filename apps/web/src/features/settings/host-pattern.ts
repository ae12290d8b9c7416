export const MAX_ALLOWED_HOSTS = 100;

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** `api.example.com` or `*.example.com`: a name, without scheme, path or port. */
export const isHostPattern = (value: string): boolean => {
  const labels = value.toLowerCase().replace(/^\*\./, '').split('.');
  return value.length <= 253 && labels.length >= 2 && labels.every((label) => LABEL.test(label));
};
