import { AppError } from '@agentweaver/core/errors/app-error';

/**
 * Refuses a write that another site's page made the browser send. `Sec-Fetch-Site` cannot be forged by a page; where it is
 * missing (old browsers, programs), `Origin` must name the host that was asked. Programs send neither and carry no cookie by accident.
 */
export const assertSameOrigin = (request: Request): void => {
  const site = request.headers.get('sec-fetch-site');
  const origin = request.headers.get('origin');
  const host = request.headers.get('x-forwarded-host') ?? request.headers.get('host');
  const foreign = site
    ? site !== 'same-origin' && site !== 'none'
    : origin !== null && (!URL.canParse(origin) || new URL(origin).host !== host);
  if (foreign) throw new AppError('forbidden', { publicMessage: 'This request came from another site.' });
};
