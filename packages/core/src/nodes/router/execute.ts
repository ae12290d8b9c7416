import { DEFAULT_PORT } from '../condition/definition.ts';
import { isTruthy } from '../condition/is-truthy.ts';
import type { Execute, ExecuteContext } from '../node-type.ts';
import { askForRoutes } from './ask-for-routes.ts';
import type { Route, RouterConfig } from './definition.ts';

export const executeRouter: Execute<RouterConfig> = async (context) => {
  const output = context.previous ?? null;
  const { routes, mode } = context.config;
  if (routes.length === 0) return { output, ports: [DEFAULT_PORT], reason: 'There are no routes to choose from.' };
  if (mode === 'rules') return { output, ...(await matchRules(context)) };
  const { ports, ...decision } = await askForRoutes(context);
  return { output, ports: ports.length > 0 ? ports : [DEFAULT_PORT], ...decision };
};

/** From the top: the first route whose condition is true, or all of them. */
const matchRules = async ({ config, evaluate }: ExecuteContext<RouterConfig>) => {
  const taken: Route[] = [];
  for (const route of config.routes) {
    if (!isTruthy(await evaluate(route.condition))) continue;
    taken.push(route);
    if (!config.allowSeveral) break;
  }
  if (taken.length === 0)
    return { ports: [DEFAULT_PORT], reason: `None of the ${config.routes.length} conditions is true.` };
  const names = taken.map(({ id, label }) => `“${label || id}”`).join(', ');
  return { ports: taken.map(({ id }) => id), reason: `The condition of ${names} is true.` };
};
