import type { Migrations, WebUi } from '../client.js';
import type { ParsedBatch } from '../batch-file/parse.js';
import type { Lang } from './texts.js';
import type { Token } from './tokens.js';

/** How people are known: by a token of theirs, or because a reverse proxy that knows them says so in a header. */
export type Entrance = { tokens: readonly Token[] } | { userHeader: string };

/** What happens on the board, for the log. Facts never hold a secret. */
export type Told = (what: string, facts: Record<string, string | number>) => void;

export interface BoardOptions {
  migrations: Migrations;
  ui: WebUi;
  /** The batch whose tenants are shown, as its file has it; null: every batch that Temporal knows. */
  file: { path: string; batch: ParsedBatch } | null;
  entrance: Entrance;
  /** Whether the board stands behind a proxy whose headers say who asks and by which way. */
  trustProxy: boolean;
  /** Where people find the board, if that is not where it listens. Decides what a browser may call it. */
  publicUrl: URL | null;
  /** Whether it listens on loopback only: then nobody may call it by another name (DNS rebinding). */
  loopbackOnly: boolean;
  /** Resolves references of secrets for whoever is logged in; null: it does not. */
  revealFrom: Record<string, string | undefined> | null;
  /** Where evidence is kept; null: nowhere. */
  evidenceFolder: string | null;
  /** Where a browser asks for no language of ours. */
  lang: Lang;
  tell: Told;
  /** Milliseconds since the epoch. */
  now: () => number;
}
