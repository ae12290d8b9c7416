const BASE = 'http://agentweaver.invalid';

/** Where to go after signing in: a path of this site, or `/`. Anything that leads elsewhere is dropped. */
export const safeReturnPath = (value: unknown): string => {
  if (typeof value !== 'string' || !value.startsWith('/') || !URL.canParse(value, BASE)) return '/';
  const url = new URL(value, BASE);
  // `//host`, `/\host` and control characters all parse to another origin or another path than they look like.
  return url.origin === BASE && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}${url.hash}` : '/';
};
