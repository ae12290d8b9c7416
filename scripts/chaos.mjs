import { runOnProjectNode } from './lib/bootstrap.mjs';

await runOnProjectNode('scripts/chaos/main.ts');
