// Plain Node without dependencies: `npm run demo` works on a fresh clone.
import { ensureSetup } from './setup.mjs';

ensureSetup();
process.argv.splice(2, 0, 'demo');
await import('../bin/qys-e10.mjs');
