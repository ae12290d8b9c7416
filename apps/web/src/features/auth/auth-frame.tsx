import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ColorSchemeToggle } from '../../components/color-scheme-toggle.tsx';
import { LanguageMenu } from '../../components/language-menu.tsx';
import { LinkAnchor } from '../../components/links.tsx';
import { Logo } from '../../components/logo.tsx';
import classes from './auth-frame.module.css';

type AuthFrameProps = {
  title: string;
  text?: ReactNode;
  children: ReactNode;
  /** The other way in, below the card. */
  other?: { text: string; link: string; href: string };
};

/** One card in the middle: what every page before the workspace looks like. */
export const AuthFrame = ({ title, text, children, other }: AuthFrameProps) => (
  <main className={classes.page}>
    <Group justify="flex-end" gap={4} className={classes.tools}>
      <LanguageMenu />
      <ColorSchemeToggle />
    </Group>
    <Stack gap="xl" className={classes.column}>
      <Group justify="center">
        <Logo size={34} />
      </Group>
      <Paper withBorder shadow="sm" radius="lg" p={{ base: 'lg', xs: 'xl' }} className={classes.card}>
        <Stack gap="lg">
          <div>
            <Title order={1}>{title}</Title>
            {text ? (
              <Text c="dimmed" size="sm" mt={4}>
                {text}
              </Text>
            ) : null}
          </div>
          {children}
        </Stack>
      </Paper>
      {other ? (
        <Text size="sm" ta="center">
          {other.text}{' '}
          <LinkAnchor href={other.href} fw={600}>
            {other.link}
          </LinkAnchor>
        </Text>
      ) : null}
    </Stack>
  </main>
);
