'use client';

import { Collapse, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslations } from 'next-intl';
import type { CSSProperties } from 'react';
import type { MessageView } from '../execution-view.ts';
import { MarkdownText } from '../payload/markdown-text.tsx';
import { arrowOf } from './conversations.ts';
import classes from './message-diagram.module.css';

type MessageRowProps = { message: MessageView; participants: readonly string[] };

/** One message as an arrow between two lanes; a click shows what it says. */
export const MessageRow = ({ message, participants }: MessageRowProps) => {
  const t = useTranslations('executions.messages');
  const [opened, { toggle }] = useDisclosure(false);
  const { start, end, direction } = arrowOf(message, participants);
  const { from, to, kind, subject, status, deadReason, text } = message;
  const dead = status === 'dead';
  return (
    <li className={classes.message}>
      <UnstyledButton
        className={classes.line}
        onClick={toggle}
        aria-expanded={opened}
        aria-label={`${t(`kind.${kind}`)}: ${from} → ${to}. ${subject || t('open')}`}
      >
        <span
          className={classes.arrow}
          data-direction={direction}
          data-kind={kind}
          data-dead={dead || undefined}
          style={{ gridColumn: `${start} / ${end + 1}`, '--half': `${50 / (end - start + 1)}%` } as CSSProperties}
        >
          <span className={classes.subject}>{subject || t(`kind.${kind}`)}</span>
        </span>
      </UnstyledButton>
      {dead && (
        <Text size="xs" c="red" className={classes.dead}>
          {t('dead', { reason: deadReason ?? '' })}
        </Text>
      )}
      <Collapse expanded={opened}>
        <div className={classes.content}>
          <Text size="xs" c="dimmed">
            {from} → {to} · {t(`kind.${kind}`)}
          </Text>
          <MarkdownText text={text} />
        </div>
      </Collapse>
    </li>
  );
};
