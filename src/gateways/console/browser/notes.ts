import { z } from 'zod';
import type { IntegrationFields } from '../../../domain/settings.js';
import type { Seal } from '../../seal.js';
import { createSealedFiles } from './sealed-files.js';

const Note = z.strictObject({
  /** The run that wrote it: what another one noted tells nothing about this one. */
  run: z.string(),
  /** The form of E10 as it stood right after the switch, before it was filled in on the same trip. */
  formBefore: z.custom<IntegrationFields>((value) => typeof value === 'object' && value !== null).exactOptional(),
  /** Runs of the people sync that were there before we may have started one, by the key of the start; '' for a save. */
  starts: z.record(z.string(), z.array(z.string())),
});
type Note = z.output<typeof Note>;

/**
 * What a trip has to leave for the next one, which may be another process: pages have no idempotency keys, and what stood in a form is
 * gone once it is saved. Sealed; secrets as fingerprints even in here.
 */
export interface Notes {
  read(tenantId: string, run: string): Promise<Note>;
  write(tenantId: string, note: Note): Promise<void>;
  /** The run is over: what it noted is of no use to any other. */
  forget(tenantId: string, run: string): Promise<void>;
}

export function createNotes({ folder, seal }: { folder: string; seal: Seal }): Notes {
  const files = createSealedFiles(folder, seal, Note);
  const owner = (tenantId: string): string => `note|${tenantId}`;
  return {
    async read(tenantId, run) {
      const note = await files.get(owner(tenantId));
      return note?.run === run ? note : { run, starts: {} };
    },
    write: (tenantId, note) => files.put(owner(tenantId), note),
    async forget(tenantId, run) {
      if ((await files.get(owner(tenantId)))?.run === run) await files.delete(owner(tenantId));
    },
  };
}
