import { matches, type Sender, type System } from './journal.js';
import { isPageFault, type PageFaultKind, type PagePart } from './page-faults.js';
import { createRandom, hash32 } from './random.js';

/**
 * What goes wrong. `-before` leaves the target untouched; `-after`, `truncated` and `malformed` apply the request and spoil the answer:
 * the first row of a list breaks every schema then, with the person in it.
 */
export type FaultKind =
  | 'latency'
  | 'throttle-seconds'
  | 'throttle-date'
  | 'error-before'
  | 'error-after'
  | 'timeout-before'
  | 'timeout-after'
  | 'reset'
  | 'code-200'
  | 'truncated'
  | 'malformed'
  | 'html'
  | 'redirect'
  | 'stale-read'
  | 'unauthorised';

/** A trouble that is switched on for the requests which fit it. */
export interface Fault {
  tenant?: string;
  system?: System;
  method?: string;
  /** As in the journal; text matches exactly, or by its beginning where it ends with `*`. */
  path?: string | RegExp;
  /** Only requests of this sender; by default those of both. */
  from?: Sender;
  kind: FaultKind | PageFaultKind;
  /** The field of a page that is struck, by its name in the contract. */
  field?: string;
  /** The words of a page: another label, an option, a message. Of a `redirect`: where it leads. */
  text?: string;
  /** How often it strikes; default 1, `Infinity` for always. */
  times?: number;
  /** Lets the first n fitting requests pass. */
  after?: number;
  /** Delay, Retry-After or longest hanging, by kind. */
  ms?: number;
  /** Strikes with this probability, decided by the world's seed. */
  probability?: number;
  /** HTTP status of `error-before`, `error-after` (500), `html` (502) and `redirect` (302). */
  status?: number;
}

/** The request as faults see it. */
export interface FaultTarget {
  tenant: string | null;
  system: System;
  method: string;
  path: string;
  from: Sender;
}

/** A fault of a request, as the system answers it. */
export type RequestFault = Fault & { kind: FaultKind };

/** A fault of a page, which the page itself has to play. */
export type PageFault = Fault & { kind: PageFaultKind };

/** The faults of one world. */
export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The first fault of a request that fits and is due. */
  take(target: FaultTarget): RequestFault | undefined;
  /** All faults of a page that fit, are due, and can be shown by this request: a page can be wrong in several places. */
  takeOfPage(target: FaultTarget, part: PagePart): PageFault[];
}

/** Which request is struck depends on the seed and the order of requests only. */
export function createFaults(seed: number): Faults {
  let active: ActiveFault[] = [];
  let added = 0;

  function dropSpent(): void {
    if (active.some(({ left }) => left === 0)) active = active.filter(({ left }) => left !== 0);
  }

  return {
    add(fault) {
      const random = createRandom(hash32(seed, 'fault', added++));
      active.push({ fault, random, left: fault.times ?? 1, toSkip: fault.after ?? 0 });
    },
    clear() {
      active = [];
    },
    take(target) {
      const struck = active.find((one) => !isPageFault(one.fault.kind) && fits(one.fault, target) && isDue(one));
      dropSpent();
      return struck?.fault as RequestFault | undefined;
    },
    takeOfPage(target, part) {
      const struck = active.filter((one) => isPageFault(one.fault.kind, part) && fits(one.fault, target) && isDue(one));
      dropSpent();
      return struck.map(({ fault }) => fault as PageFault);
    },
  };
}

interface ActiveFault {
  fault: Fault;
  random: () => number;
  left: number;
  toSkip: number;
}

function fits(fault: Fault, target: FaultTarget): boolean {
  if (fault.tenant !== undefined && fault.tenant !== target.tenant) return false;
  if (fault.system !== undefined && fault.system !== target.system) return false;
  if (fault.method !== undefined && fault.method.toUpperCase() !== target.method) return false;
  if (fault.from !== undefined && fault.from !== target.from) return false;
  return fault.path === undefined || matches(target.path, fault.path);
}

function isDue(active: ActiveFault): boolean {
  if (active.toSkip > 0) {
    active.toSkip--;
    return false;
  }
  if (active.fault.probability !== undefined && active.random() >= active.fault.probability) return false;
  active.left--;
  return true;
}
