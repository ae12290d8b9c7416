'use client';

import { Alert, Group, Loader, SimpleGrid, Skeleton, Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useTRPC } from '../../trpc/client.tsx';
import { presentationOf } from '../builder/node-presentation.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { useWorkflowActions } from './use-workflow-actions.ts';
import classes from './workflows.module.css';

/** Samples that run without a key; a click makes a workflow of one's own from it. */
export const SampleGallery = () => {
  const t = useTranslations('workflows');
  const errorText = useErrorText();
  const trpc = useTRPC();
  const locale = useLocale();
  const { slug } = useWorkspace();
  const { create } = useWorkflowActions();
  const samples = useQuery(trpc.workflows.samples.queryOptions({ workspace: slug, locale }));
  if (samples.isError) return <Alert color="red">{t('loadFailed')}</Alert>;
  return (
    <div className={classes.samples}>
      {create.error && (
        <Alert color="red" mb="md">
          {errorText(create.error)}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md">
        {samples.isPending && ['a', 'b', 'c'].map((card) => <Skeleton key={card} height={150} radius="md" />)}
        {samples.data?.map((sample) => {
          const isChosen = (create.isPending || create.isSuccess) && create.variables?.sampleId === sample.id;
          return (
            <UnstyledButton
              key={sample.id}
              className={classes.sample}
              disabled={create.isPending}
              onClick={() =>
                create.mutate({
                  workspace: slug,
                  name: sample.name,
                  description: sample.description,
                  sampleId: sample.id,
                })
              }
            >
              <Group gap={6} mb={10} aria-hidden>
                {sample.nodeTypes.map((type) => {
                  const { icon: Icon } = presentationOf(type);
                  return <Icon key={type} size={18} stroke={1.7} />;
                })}
                {isChosen && <Loader size="xs" ml="auto" />}
              </Group>
              <Text fw={600}>{sample.name}</Text>
              <Text size="sm" c="dimmed" mt={4}>
                {sample.description}
              </Text>
            </UnstyledButton>
          );
        })}
      </SimpleGrid>
    </div>
  );
};
