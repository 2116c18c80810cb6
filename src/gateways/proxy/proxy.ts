/** What one callback route answers (`facts/weaver.md` §4.3). */
export type RouteVerdict =
  | { route: 'exists'; status: number }
  | { route: 'missing'; status: number; why: 'front-end' | 'unknown-path' }
  | { route: 'redirects'; status: number }
  | { route: 'down'; status: number };

/** Result of the equality probe of the old and the new category callback path on one OA address. */
export type ForwardVerdict = { forwarded: true } | { forwarded: false; why: string };

/** Probes never carry an id or an operation: the endpoints act on live workflows. */
export interface RouteProbe {
  /** `url` is the whole callback address; baselines are taken on the same host. */
  probeRoute(url: string): Promise<RouteVerdict>;
  /** Equal status, content type and body of both paths to the same empty POST, and different from a random path. */
  probeForward(oaAddress: string): Promise<ForwardVerdict>;
}

/** The reverse proxy of a site, where its worker is told to change it. */
export interface ReverseProxy {
  /** The managed file's text now, or null where there is none. */
  readForward(): Promise<string | null>;
  /**
   * Writes or removes (null) the file, checks the whole configuration with `nginx -t`, reloads; puts the old file back where
   * either fails. Checks and reloads also where the file is so already.
   */
  applyForward(text: string | null): Promise<void>;
}
