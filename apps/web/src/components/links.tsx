'use client';

import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import Link from 'next/link';
import type { ReactNode } from 'react';

type Target = { href: string; children: ReactNode };

/** A server component cannot hand `component={Link}` to Mantine: functions do not cross over. */
export const LinkAnchor = ({ href, ...props }: AnchorProps & Target) => (
  <Anchor component={Link} href={href} {...props} />
);

export const LinkButton = ({ href, ...props }: ButtonProps & Target) => (
  <Button component={Link} href={href} {...props} />
);
