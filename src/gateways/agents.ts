import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';

/** Connection pools. One pair can serve many gateways of one site; connections stay open between calls. */
export interface Agents {
  http: http.Agent;
  https: https.Agent;
}

/** `ca`: PEM certificates that are trusted in addition to those of the system. `keepAlive`: whether connections serve a second call. */
export function createAgents(ca: readonly string[] = [], { keepAlive = true } = {}): Agents {
  // An explicit list replaces Node's own, so that has to be repeated.
  const trust = ca.length > 0 ? { ca: [...systemRoots(), ...ca] } : {};
  return { http: new http.Agent({ keepAlive }), https: new https.Agent({ keepAlive, ...trust }) };
}

/** From Node 22 on also what `NODE_EXTRA_CA_CERTS` added. */
function systemRoots(): readonly string[] {
  const newer = tls as typeof tls & { getCACertificates?: () => string[] };
  return newer.getCACertificates?.() ?? tls.rootCertificates;
}
