import { runOnProjectNode } from './lib/bootstrap.mjs';

await runOnProjectNode('scripts/mutation/main.ts');
