'use client';

import { Badge, Button, Group, Paper, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type CSSProperties, useEffect, useMemo } from 'react';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import type { StepView } from '../execution-view.ts';
import type { ExecutionLive } from '../use-execution-live.ts';
import { toConversations } from './conversations.ts';
import classes from './message-diagram.module.css';
import { MessageRow } from './message-row.tsx';

type MessageDiagramProps = { executionId: string; live: ExecutionLive; steps: readonly StepView[] };

/** Who said what to whom: a lane for each participant, a row for each message. Nothing when agents did not talk. */
export const MessageDiagram = ({ executionId, live, steps }: MessageDiagramProps) => {
  const t = useTranslations('executions.messages');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const newest = useMemo(() => live.events.findLast(({ type }) => type === 'message')?.seq ?? 0, [live.events]);
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    trpc.executions.messages.infiniteQueryOptions(
      { workspace: slug, executionId },
      { enabled: newest > 0, getNextPageParam: ({ nextCursor }) => nextCursor },
    ),
  );
  useEffect(() => {
    if (newest > 0) void refetch();
  }, [newest, refetch]);

  const conversations = useMemo(() => toConversations(data?.pages.flatMap((page) => page.messages) ?? []), [data]);
  if (conversations.length === 0) return null;
  const count = conversations.reduce((sum, { messages }) => sum + messages.length, 0);
  return (
    <Paper withBorder className={classes.card} component="section" aria-labelledby="execution-messages">
      <Group gap="xs" className={classes.head}>
        <Title order={2} id="execution-messages">
          {t('title')}
        </Title>
        <Badge variant="light" color="gray">
          {t('count', { count })}
        </Badge>
      </Group>
      {conversations.map(({ key, nodeId, participants, messages }) => (
        <div key={key} className={classes.conversation}>
          {conversations.length > 1 && (
            <Text size="sm" fw={600} className={classes.step}>
              {steps.find((step) => step.nodeId === nodeId)?.nodeName ?? nodeId}
            </Text>
          )}
          <div className={classes.lanes} style={{ '--lanes': participants.length } as CSSProperties}>
            <div className={classes.names} aria-hidden>
              {participants.map((name) => (
                <span key={name} className={classes.name} title={name}>
                  {name}
                </span>
              ))}
            </div>
            <ol className={classes.rows}>
              {messages.map((message) => (
                <MessageRow key={message.seq} message={message} participants={participants} />
              ))}
            </ol>
          </div>
        </div>
      ))}
      {hasNextPage && (
        <Button
          variant="subtle"
          size="compact-sm"
          fullWidth
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {t('more')}
        </Button>
      )}
    </Paper>
  );
};
