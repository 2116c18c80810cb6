import { createDecisionSeal } from '../../src/gateways/decision-seal.js';
import { createFileSeal } from '../../src/gateways/sealed-file.js';
import { createPeopleStores } from '../../src/people-store/store.js';
import { person } from '../people-store/a-store.js';

/** A worker that reads a list into its file until it is done, or killed. Started with its folder and the list's address. */
const [dataDir = '', address = ''] = process.argv.slice(2);

const KEY = Buffer.alloc(32, 7);
const stores = createPeopleStores({
  dataDir,
  sealKey: KEY,
  files: createFileSeal(KEY),
  decisionSeal: createDecisionSeal(KEY),
});
const store = await stores.open({ tenantId: 'acme', runId: 'run-1' });
const source = {
  async readPage(cursor: string | null) {
    const answer = await fetch(`${address}/?from=${cursor ?? '0'}`);
    const page = (await answer.json()) as { ids: string[]; total: number; next: string | null };
    const rows = page.ids.map((id) => person(id, { jobNumber: `J${id}`, name: '王伟', mobile: `138${id}` }));
    return { rows, total: page.total, next: page.next };
  },
};

let after = null;
for (;;) {
  const chunk: Awaited<ReturnType<typeof store.readChunk>> = await store.readChunk({
    list: 'e10-people',
    source,
    pages: 7,
    after,
  });
  if (chunk.done) break;
  after = chunk;
}
await store.close();
process.exitCode = 0;
