import type { ConsolePages } from '../console/state.js';
import type { WebState } from '../console/web/web-state.js';
import type { Identity } from './identity.js';
import type { Organisation } from './organisation.js';
import type { Roster, RosterName, Weather } from './roster.js';
import type { SettledSpec } from './settled-spec.js';

/** One tenant as the simulated systems know it. */
export interface Customer {
  id: string;
  spec: SettledSpec;
  identity: Identity;
  org: Organisation;
  at: Addresses;
  console: ConsolePages;
  web: WebState;
  /** Who is in each list of people at the moment; Qiyuesuo's people themselves stand in `console`. */
  rosters: Record<Exclude<RosterName, 'qiyuesuo'>, Roster> & Record<'qiyuesuo', Weather>;
}

/** Base addresses without a slash at the end. */
export interface Addresses {
  e9: string;
  e10: string;
  openApi: string;
  console: string;
  signing: string;
}
