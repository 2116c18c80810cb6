import { BatchFileInvalid } from '../../src/batch-file/errors.js';
import type { BatchFileProblem } from '../../src/batch-file/errors.js';
import { parseBatch } from '../../src/batch-file/parse.js';

/** The errors of a text, or none. */
export function errorsOf(text: string, file = 'b.yaml'): readonly BatchFileProblem[] {
  try {
    parseBatch(text, file);
    return [];
  } catch (error) {
    if (error instanceof BatchFileInvalid) return error.errors;
    throw error;
  }
}
