import { Container, Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

type PageProps = {
  title: string;
  description?: string;
  /** Buttons at the right of the title. */
  actions?: ReactNode;
  size?: number | 'md' | 'lg' | 'xl';
  children: ReactNode;
};

/** The frame of an ordinary page: one heading, its actions, its content, at every width. */
export const Page = ({ title, description, actions, size = 1200, children }: PageProps) => (
  <Container size={size} px={{ base: 'md', sm: 'xl' }} py={{ base: 'md', sm: 'xl' }}>
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div>
          <Title order={1}>{title}</Title>
          {description ? (
            <Text c="dimmed" size="sm" mt={4} maw={680}>
              {description}
            </Text>
          ) : null}
        </div>
        {actions ? <Group gap="xs">{actions}</Group> : null}
      </Group>
      {children}
    </Stack>
  </Container>
);
