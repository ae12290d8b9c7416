import { runOnProjectNode } from './lib/bootstrap.mjs';

await runOnProjectNode('scripts/screenshots/main.ts');
