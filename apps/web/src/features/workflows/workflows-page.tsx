'use client';

import { Button, Center, Group, Loader, Menu, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconFileImport, IconPlus, IconSearch, IconSparkles } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Page } from '../../components/page.tsx';
import { ErrorState } from '../../components/state-views.tsx';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { CreateWorkflowModal } from './create-workflow-modal.tsx';
import { ImportWorkflowModal } from './import-workflow-modal.tsx';
import { SampleGallery } from './sample-gallery.tsx';
import { SamplesModal } from './samples-modal.tsx';
import { WorkflowTable } from './workflow-table.tsx';
import classes from './workflows.module.css';

const PAGE_SIZE = 50;

/** The workflows of a workspace: find, open, create, copy, rename, delete, bring in and out. */
export const WorkflowsPage = () => {
  const t = useTranslations('workflows');
  const trpc = useTRPC();
  const { slug, canEdit } = useWorkspace();
  const [search, setSearch] = useState('');
  const [wanted] = useDebouncedValue(search.trim(), 200);
  const [createOpened, create] = useDisclosure(false);
  const [samplesOpened, samples] = useDisclosure(false);
  const [importOpened, importing] = useDisclosure(false);
  const list = useInfiniteQuery(
    trpc.workflows.list.infiniteQueryOptions(
      { workspace: slug, search: wanted, limit: PAGE_SIZE },
      { getNextPageParam: (page) => page.nextCursor ?? undefined, placeholderData: keepPreviousData },
    ),
  );
  const workflows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const isEmpty = list.isSuccess && workflows.length === 0;

  return (
    <Page
      title={t('title')}
      actions={
        canEdit && (
          <Group gap={0} wrap="nowrap">
            <Button leftSection={<IconPlus size={16} />} onClick={create.open} className={classes.mainButton}>
              {t('new')}
            </Button>
            <Menu position="bottom-end" withinPortal>
              <Menu.Target>
                <Button px={8} aria-label={t('moreWays')} className={classes.menuButton}>
                  <IconChevronDown size={16} />
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconPlus size={16} />} onClick={create.open}>
                  {t('blank')}
                </Menu.Item>
                <Menu.Item leftSection={<IconSparkles size={16} />} onClick={samples.open}>
                  {t('fromSample')}
                </Menu.Item>
                <Menu.Item leftSection={<IconFileImport size={16} />} onClick={importing.open}>
                  {t('import')}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        )
      }
    >
      {!(isEmpty && wanted === '') && (
        <TextInput
          className={classes.search}
          leftSection={<IconSearch size={16} />}
          rightSection={list.isFetching && !list.isPending ? <Loader size="xs" /> : undefined}
          placeholder={t('search')}
          aria-label={t('search')}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}

      {list.isPending && (
        <Stack gap="xs" role="status" aria-label={t('loading')}>
          {['a', 'b', 'c', 'd', 'e'].map((row) => (
            <Skeleton key={row} height={64} radius="md" />
          ))}
        </Stack>
      )}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {isEmpty && wanted !== '' && (
        <Center py={60}>
          <Text c="dimmed">{t('noMatch', { search: wanted })}</Text>
        </Center>
      )}
      {isEmpty && wanted === '' && (
        <Stack align="center" gap="lg" className={classes.emptyState}>
          <div>
            <Title order={2} ta="center">
              {t('emptyTitle')}
            </Title>
            <Text c="dimmed" ta="center" mt={6} maw={460}>
              {canEdit ? t('emptyText') : t('emptyTextViewer')}
            </Text>
          </div>
          {canEdit && <SampleGallery />}
          {canEdit && (
            <Button variant="default" leftSection={<IconPlus size={16} />} onClick={create.open}>
              {t('blank')}
            </Button>
          )}
        </Stack>
      )}
      {workflows.length > 0 && <WorkflowTable workflows={workflows} />}
      {list.hasNextPage && (
        <Center mt="md">
          <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('loadMore')}
          </Button>
        </Center>
      )}

      <CreateWorkflowModal opened={createOpened} onClose={create.close} />
      <SamplesModal opened={samplesOpened} onClose={samples.close} />
      <ImportWorkflowModal opened={importOpened} onClose={importing.close} />
    </Page>
  );
};
