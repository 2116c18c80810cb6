import type { Context } from '@temporalio/activity';
import { PICTURES_AT_MOST, type PagePicture, type Told } from '../domain/evidence.js';
import type { Finding } from '../domain/findings.js';

/** Takes down what comes to light while an activity works, for whoever asked for the work. */
export interface Witness {
  picture(picture: PagePicture): void;
  found(finding: Finding): void;
  /** Null where nothing was told. */
  told(): Told | null;
}

/** One witness for each activity under way. */
export interface Witnesses {
  of(context: Context): Witness;
}

/**
 * What an attempt was told it beats into its heartbeats: a save whose answer was lost was made by an attempt that failed, and its
 * pictures are the ones that matter.
 */
export function createWitnesses(): Witnesses {
  const witnesses = new WeakMap<Context, Witness>();
  return {
    of(context) {
      const known = witnesses.get(context) ?? createWitness(toldBefore(context));
      witnesses.set(context, known);
      return known;
    },
  };
}

function createWitness({ pictures, findings }: Told): Witness {
  return {
    picture(picture) {
      pictures.push(picture);
      if (pictures.length > PICTURES_AT_MOST.activity) pictures.shift();
    },
    found(finding) {
      if (!findings.some(({ message }) => message === finding.message)) findings.push(finding);
    },
    told: () => (pictures.length + findings.length === 0 ? null : { pictures, findings }),
  };
}

function toldBefore({ info }: Context): Told {
  const { told } = (info.heartbeatDetails ?? {}) as { told?: Told };
  return { pictures: [...(told?.pictures ?? [])], findings: [...(told?.findings ?? [])] };
}
