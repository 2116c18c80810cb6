import { z } from 'zod';
import type { DecisionSeal } from '../people-store/kept-decisions.js';
import { createSeal } from './seal.js';

const Pairs = z.array(z.object({ family: z.string(), wantedId: z.string(), foundId: z.string() }));
const Decisions = z.object({ same: Pairs, different: Pairs });
const SealedText = z.object({ sealed: z.string(), hash: z.string() });

/** Closes what people have decided about people, for a file. Throws `SealBroken` where it was closed with another key. */
export function createDecisionSeal(key: Buffer): DecisionSeal {
  const seal = createSeal(key);
  return {
    seal: (decisions, boundTo) => JSON.stringify(seal.seal(decisions, boundTo)),
    open: (text, boundTo) => seal.open(SealedText.parse(JSON.parse(text)), Decisions, boundTo),
  };
}
