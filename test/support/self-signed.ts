import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for 127.0.0.1 that nobody has heard of, made by the `openssl` of this machine. It is its own CA. */
export function selfSigned(names = 'IP:127.0.0.1'): { key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'qys-e10-tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    const subject = ['-subj', '/CN=qys-e10 test', '-addext', `subjectAltName=${names}`];
    execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A private authority, and what it vouches for: as in a customer's network. The server sends its own certificate alone. */
export function privateAuthority(names = 'IP:127.0.0.1'): { ca: string; key: string; cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'qys-e10-ca-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    openssl('req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=private CA', '-keyout', 'ca.key', '-out', 'ca.pem');
    openssl('req', ...newKey, '-subj', '/CN=console', '-keyout', 'key.pem', '-out', 'asked.pem');
    writeFileSync(at('names'), `subjectAltName=${names}`);
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
    openssl('x509', '-req', '-in', 'asked.pem', ...signing, '-out', 'cert.pem');
    const [ca = '', key = '', cert = ''] = ['ca.pem', 'key.pem', 'cert.pem'].map((name) =>
      readFileSync(at(name), 'utf8'),
    );
    return { ca, key, cert };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
