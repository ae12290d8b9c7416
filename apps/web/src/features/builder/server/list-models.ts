import { PROVIDERS, type ProviderId } from '@agentweaver/core/models/catalog';
import { getEnv } from '../../../server/env.ts';
import type { ReadContext } from '../../workflows/server/workflow-context.ts';

export type ModelGroup = { label: string; models: string[] };

/** What a workspace's agents can be set to: `auto`, the models of providers it has a key for, the local one, the demo. */
export const listModels = async ({ prisma, workspace }: ReadContext): Promise<ModelGroup[]> => {
  const keys = await prisma.providerKey.findMany({
    where: { workspaceId: workspace.id },
    select: { provider: true, models: true },
    orderBy: { createdAt: 'asc' },
  });
  const has = (provider: ProviderId) => keys.some((key) => key.provider === provider);
  const known = (['anthropic', 'openai', 'google'] as const).filter(has).map((provider) => ({
    label: PROVIDERS[provider].name,
    models: PROVIDERS[provider].models.map((model) => model.id),
  }));
  const { LOCAL_MODEL_NAME } = getEnv();
  const endpoints = [
    ...keys.filter((key) => key.provider === 'openai_compatible').flatMap((key) => key.models),
    ...(LOCAL_MODEL_NAME ? [LOCAL_MODEL_NAME] : []),
  ];
  const compatible = [...new Set(endpoints)].map((model) => `openai_compatible/${model}`);
  return [
    { label: '', models: ['auto'] },
    ...known,
    ...(compatible.length > 0 ? [{ label: PROVIDERS.openai_compatible.name, models: compatible }] : []),
    { label: PROVIDERS.demo.name, models: PROVIDERS.demo.models.map((model) => model.id) },
  ];
};
