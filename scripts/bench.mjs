import { runOnProjectNode } from './lib/bootstrap.mjs';

await runOnProjectNode('scripts/bench/main.ts');
