import { Skeleton, Stack } from '@mantine/core';

const ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

export const ExecutionsSkeleton = () => (
  <Stack gap={8} aria-busy="true">
    {ROWS.map((row) => (
      <Skeleton key={row} height={52} radius="md" />
    ))}
  </Stack>
);
