'use client';

import '@xyflow/react/dist/style.css';
import { Button, Center, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconCloudOff, IconLock, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { type ReactNode, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useTRPC } from '../../trpc/client.tsx';
import { publicErrorOf } from '../../trpc/public-error.ts';
import { type DraftConnection, openDraft } from '../collab/draft-connection.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import classes from './builder.module.css';
import { BuilderView, type BuilderWorkflow } from './builder-view.tsx';
import { type Builder, BuilderContext } from './state/builder-context.tsx';
import { createBuilderStore } from './state/builder-store.ts';
import { DraftEditor } from './state/draft-editor.ts';
import { observeDraft } from './state/draft-view.ts';
import { createRunStore } from './state/run-store.ts';

const Notice = ({
  icon,
  title,
  text,
  action,
}: {
  icon: ReactNode;
  title: string;
  text: string;
  action?: ReactNode;
}) => {
  const t = useTranslations('builder.page');
  const { slug } = useWorkspace();
  return (
    <Center className={classes.notice}>
      <Stack align="center" gap="sm" maw={420}>
        {icon}
        <Title order={2} ta="center">
          {title}
        </Title>
        <Text c="dimmed" ta="center">
          {text}
        </Text>
        {action}
        <Button component={Link} href={`/w/${slug}/workflows`} variant="default">
          {t('back')}
        </Button>
      </Stack>
    </Center>
  );
};

const Loading = () => {
  const t = useTranslations('builder.page');
  return (
    <div className={classes.loading} role="status" aria-label={t('loading')}>
      <Skeleton height={56} radius={0} />
      <Skeleton className={classes.loadingCanvas} radius={0} />
    </div>
  );
};

/** The parts of one open draft, made when its connection is and ended with it. */
const useBuilderParts = (connection: DraftConnection, workflowId: string): Builder | null => {
  const readOnly = useStore(connection.state, (state) => state.readOnly);
  const [builder, setBuilder] = useState<Builder | null>(null);
  useEffect(() => {
    const editor = new DraftEditor(connection.doc);
    const store = createBuilderStore();
    const stop = observeDraft(connection.doc, store.getState().showView);
    setBuilder({ workflowId, readOnly, editor, connection, store, runs: createRunStore() });
    return () => {
      stop();
      editor.destroy();
    };
  }, [connection, workflowId, readOnly]);
  return builder;
};

const OpenDraft = ({ connection, workflow }: { connection: DraftConnection; workflow: BuilderWorkflow }) => {
  const t = useTranslations('builder.page');
  const phase = useStore(connection.state, (state) => state.phase);
  const save = useStore(connection.state, (state) => state.save);
  const builder = useBuilderParts(connection, workflow.id);
  if (phase === 'denied')
    return <Notice icon={<IconLock size={40} />} title={t('deniedTitle')} text={t('deniedText')} />;
  if (phase === 'deleted')
    return <Notice icon={<IconTrash size={40} />} title={t('deletedTitle')} text={t('deletedText')} />;
  if (phase === 'loading' && save === 'offline') {
    return <Notice icon={<IconCloudOff size={40} />} title={t('unreachableTitle')} text={t('unreachableText')} />;
  }
  if (phase === 'loading' || !builder) return <Loading />;
  return (
    <BuilderContext value={builder}>
      <BuilderView workflow={workflow} />
    </BuilderContext>
  );
};

/** Opens the draft of a workflow and shows it once it is there. */
export const BuilderPage = ({ workflowId, userId }: { workflowId: string; userId: string }) => {
  const t = useTranslations('builder.page');
  const trpc = useTRPC();
  const { slug, canEdit } = useWorkspace();
  const workflow = useQuery(trpc.builder.get.queryOptions({ workspace: slug, workflowId }));
  const [connection, setConnection] = useState<DraftConnection | null>(null);
  useEffect(() => {
    const opened = openDraft({ workflowId, userId, canEdit });
    setConnection(opened);
    return () => {
      setConnection(null);
      opened.destroy();
    };
  }, [workflowId, userId, canEdit]);

  if (workflow.isError) {
    // An address that holds no id at all is a bad request.
    const missing = ['not_found', 'bad_request'].includes(publicErrorOf(workflow.error)?.code ?? '');
    return (
      <Notice
        icon={<IconCloudOff size={40} />}
        title={missing ? t('missingTitle') : t('failedTitle')}
        text={missing ? t('missingText') : t('failedText')}
        action={missing ? undefined : <Button onClick={() => void workflow.refetch()}>{t('retry')}</Button>}
      />
    );
  }
  if (workflow.isPending || !connection) return <Loading />;
  return <OpenDraft connection={connection} workflow={workflow.data} />;
};
