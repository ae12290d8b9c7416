import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

type SectionProps = { title: string; description?: ReactNode; action?: ReactNode; children: ReactNode };

/** One card of a settings page. */
export const Section = ({ title, description, action, children }: SectionProps) => (
  <Paper
    withBorder
    radius="md"
    p={{ base: 'md', sm: 'lg' }}
    component="section"
    aria-label={title}
    bg="var(--aw-surface)"
  >
    <Stack gap="md">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ flex: '1 1 260px' }}>
          <Title order={2}>{title}</Title>
          {description ? (
            <Text size="sm" c="dimmed" mt={2}>
              {description}
            </Text>
          ) : null}
        </div>
        {action}
      </Group>
      {children}
    </Stack>
  </Paper>
);
