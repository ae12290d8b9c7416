'use client';

import { Alert, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocale } from 'next-intl';
import Markdown from 'react-markdown';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useNodeText } from '../use-node-text.ts';
import classes from './step-panel.module.css';

/** The node type's own README. */
export const StepHelp = ({ type }: { type: string }) => {
  const errorText = useErrorText();
  const trpc = useTRPC();
  const text = useNodeText();
  const locale = useLocale();
  const { slug } = useWorkspace();
  const help = useQuery(
    trpc.builder.nodeHelp.queryOptions({ workspace: slug, type, locale }, { staleTime: Number.POSITIVE_INFINITY }),
  );
  if (help.isPending) return <Skeleton height={200} />;
  if (help.isError) return <Alert color="red">{errorText(help.error)}</Alert>;
  if (help.data === null) return <Text size="sm">{text.summary(type)}</Text>;
  return (
    <Stack gap={0} className={classes.help}>
      <Markdown>{help.data}</Markdown>
    </Stack>
  );
};
